"""Studies by what a user types: parts of a name, the beginning of an MRN or accession number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import and_, or_

from django.db.models import Q

from emr import selectors as patients
from pacs.dicom.person_names import name_words
from pacs.models import NameWord, Study

FEW = 2000
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]{2,8}")
"""A name in Hangul, Han or Kana: family and given name are written together."""

Part = tuple[str, str]
"""A lookup and a word of a name."""


def studies_found(query: str) -> Q:
    """Every word of ``query`` must begin a word of the name in the files (in any of its component
    groups) or be a part of the patient's name in the record; or ``query`` begins a number.

    Few studies are found by the indexes of names and numbers. Many are found soon by reading the
    list in its order.
    """
    few = studies_few(query)
    return Q(pk__in=few) if few is not None else studies_named(query)


def studies_few(query: str) -> set[int] | None:
    """Ids of what ``studies_found`` finds; None if these are more than FEW."""
    found: set[int] = set()
    for way in _ways(query):
        some = Study.objects.filter(way).order_by().values_list("pk", flat=True)[: FEW + 1]
        found.update(some)
        if len(found) > FEW:
            return None
    return found


def studies_named(query: str, *, of: str = "") -> Q:
    """The condition itself, for reading a list in its order; ``of``: the way to the study."""
    return reduce(or_, _ways(query, of))


def _ways(query: str, of: str = "") -> Iterator[Q]:
    yield Q(**{f"{of}accession_number__istartswith": query})
    yield Q(**{f"{of}dicom_patient_id__istartswith": query})
    yield Q(**{f"{of}patient__in": patients.patients_numbered(query)})
    yield Q(**{f"{of}patient__in": patients.patients_named(query)})
    for parts in _readings(name_words(query)):
        yield _named(parts, of)


def _readings(words: list[str]) -> Iterator[list[Part]]:
    """The ways to read ``words``: a name written together may end its family name anywhere."""
    if not words:
        return
    yield [("istartswith", word) for word in words]
    if len(words) == 1 and _UNSPACED.fullmatch(words[0]):
        for end in range(1, len(words[0])):
            yield [("exact", words[0][:end]), ("istartswith", words[0][end:])]


def _named(parts: Iterable[Part], of: str) -> Q:
    words = (NameWord.objects.filter(**{f"word__{lookup}": word}) for lookup, word in parts)
    return reduce(and_, (Q(**{f"{of}pk__in": found.values("study")}) for found in words))
