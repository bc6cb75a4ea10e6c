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
    ways = list(_ways(query))
    found: set[int] = set()
    for way in ways:
        some = Study.objects.filter(way).order_by().values_list("pk", flat=True)[: FEW + 1]
        found.update(some)
        if len(found) > FEW:
            return reduce(or_, ways)
    return Q(pk__in=found)


def _ways(query: str) -> Iterator[Q]:
    yield Q(accession_number__istartswith=query)
    yield Q(dicom_patient_id__istartswith=query)
    yield Q(patient__in=patients.patients_numbered(query))
    yield Q(patient__in=patients.patients_named(query))
    for parts in _readings(name_words(query)):
        yield _named(parts)


def _readings(words: list[str]) -> Iterator[list[Part]]:
    """The ways to read ``words``: a name written together may end its family name anywhere."""
    if not words:
        return
    yield [("istartswith", word) for word in words]
    if len(words) == 1 and _UNSPACED.fullmatch(words[0]):
        for end in range(1, len(words[0])):
            yield [("exact", words[0][:end]), ("istartswith", words[0][end:])]


def _named(parts: Iterable[Part]) -> Q:
    words = (NameWord.objects.filter(**{f"word__{lookup}": word}) for lookup, word in parts)
    return reduce(and_, (Q(pk__in=found.values("study")) for found in words))
