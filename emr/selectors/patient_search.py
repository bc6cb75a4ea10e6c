"""Find patients as somebody types: each way to look reads the beginning of an index, no more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from common.person import Person
from emr.models import NameSuffix, Patient
from emr.models.name_index import SUFFIX_LENGTH, folded
from emr.selectors import grants_that_open, patients_closed_to, patients_visible_to
from emr.selectors.likeness import likely_patients
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for

MOST = 200
"""Whoever finds more narrows the search."""
_CHUNK = 250
_PHONE = re.compile(r"[\d\s()+.-]+")
_SHORTEST_PHONE = 4
_CANDIDATES = 10
_DATES = ("%Y-%m-%d", "%Y%m%d", "%Y.%m.%d", "%Y/%m/%d")


def patient_search(user: Person, query: str) -> list[int]:
    """By the beginning of the MRN, the end of the phone number, the birth date, parts of the name.

    Ids in this order, at most MOST; ``patients_in_order`` reads those of a page. All words of
    ``query`` stand somewhere in the name. A record that was merged finds the one it belongs to.
    """
    seen = Patient.objects.visible_to(user)
    everybody = scope_for(user, Permission.VIEW_PATIENT) is Scope.ALL
    among = [_but_closed(user, Patient.objects.all())] if everybody else _few(seen)
    found: dict[int, None] = {}
    for wanted, order in _numbers(query.strip()):
        for records in among:
            rows = records.filter(wanted).order_by(*order).values_list("pk", "merged_into")
            found |= dict.fromkeys(_kept(seen, list(rows[:MOST])))
    if len(found) < MOST:
        named = _named(user, seen, folded(query).split()) if everybody else _named_few(seen, query)
        for pk in named:
            found[pk] = None
            if len(found) >= MOST:
                break
    return list(found)[:MOST]


def patients_in_order(user: Person, pks: Iterable[int]) -> list[Patient]:
    """Those of the ids whom this person sees, in the order of the ids."""
    wanted = list(pks)
    seen = patients_visible_to(user).order_by()
    patients = seen.prefetch_related("duplicates").in_bulk(wanted)
    return [patients[pk] for pk in wanted if pk in patients]


def possible_duplicates(user: Person, patient: Patient) -> list[Patient]:
    """Others whom this person sees and who may be the same one, or have the same phone number."""
    likely = [one.patient.pk for one in likely_patients(patient, but=patient.pk, or_phone=True)]
    return patients_in_order(user, likely)[:_CANDIDATES]


def _few(seen: QuerySet[Patient]) -> list[QuerySet[Patient]]:
    """Patients who are one's own or shared, and the records that were merged into theirs."""
    return [seen, Patient.objects.filter(merged_into__in=seen)]


def _but_closed(user: Person, rows: QuerySet[Any], patient: str = "") -> QuerySet[Any]:
    """Without those of restricted patients who stay hidden. The merged ones are left: see _kept.

    ``patient``: the column of the rows that names their patient, with two underscores.
    """
    closed = patients_closed_to(user, grants_that_open(user))
    return rows.exclude(**{f"{patient}pk__in": closed, f"{patient}merged_into": None})


def _kept(seen: QuerySet[Patient], records: list[tuple[int, int | None]]) -> list[int]:
    """The patients of the records: of a merged one the patient that it belongs to, if seen."""
    merged = {survivor for _, survivor in records if survivor}
    survivors = set(seen.filter(pk__in=merged).values_list("pk", flat=True)) if merged else set()
    return [survivor or pk for pk, survivor in records if not survivor or survivor in survivors]


def _numbers(query: str) -> Iterator[tuple[Q, tuple[str, ...]]]:
    """What else than a name the query may be, with the order of those who have it."""
    if query.isascii():  # as every MRN is
        spellings = Q(patient_id__istartswith=query) | Q(patient_id__istartswith=query.upper())
        yield spellings, ("patient_id",)
    digits = "".join(character for character in query if character.isdecimal())
    if len(digits) >= _SHORTEST_PHONE and _PHONE.fullmatch(query):
        yield Q(phone_reversed__istartswith=digits[::-1]), ("phone_reversed", "pk")
    if digits and (born := _date(query)) is not None:
        yield Q(birth_date=born), ("pk",)


def _date(query: str) -> date | None:
    for form in _DATES:
        try:
            return datetime.strptime(query, form).date()  # noqa: DTZ007  (a date has no zone)
        except ValueError:
            continue
    return None


def _named(user: Person, seen: QuerySet[Patient], words: list[str]) -> Iterator[int]:
    """By the index of the longest word; of several words the database intersects the indexes.

    That costs the more, the more common they are; so the names of a first chunk are compared here:
    of words that often stand together nothing else has to be read.
    """
    if not words:
        return
    longest, *others = sorted(words, key=len, reverse=True)
    rows = _but_closed(user, _beginning(longest), "patient__")
    if others:
        first = next(_chunks(rows), [])
        yield from _kept(seen, _having(words, first))
        if len(first) < _CHUNK:
            return
    for word in others:
        rows = rows.filter(patient_id__in=_beginning(word).values("patient_id"))
    cut = [word for word in words if len(word) > SUFFIX_LENGTH]
    for chunk in _chunks(rows):
        yield from _kept(seen, _having(cut, chunk))


def _beginning(word: str) -> QuerySet[NameSuffix]:
    return NameSuffix.objects.filter(suffix__istartswith=word[:SUFFIX_LENGTH])


def _chunks(rows: QuerySet[NameSuffix]) -> Iterator[list[tuple[int, int | None, str]]]:
    """Some at a time: whose each is, the record that it was merged into, the whole name."""
    columns = ("patient_id", "patient__merged_into", "patient__full_name")
    found = rows.order_by("suffix", "patient_id").values_list(*columns)
    begin, chunk = 0, list(found[:_CHUNK])
    while chunk:
        yield chunk
        begin += _CHUNK
        chunk = list(found[begin : begin + _CHUNK]) if len(chunk) == _CHUNK else []


def _having(
    words: list[str], rows: list[tuple[int, int | None, str]]
) -> list[tuple[int, int | None]]:
    """The records in whose names the words stand."""
    found = []
    for pk, survivor, full_name in rows:
        name = folded(full_name) if words else ""
        if all(word in name for word in words):
            found.append((pk, survivor))
    return found


def _named_few(seen: QuerySet[Patient], query: str) -> QuerySet[Patient, int]:
    """Among the few that are one's own or shared."""
    rows = seen.filter(*(Q(full_name__icontains=word) for word in query.split()))
    return rows.values_list("pk", flat=True)[:MOST]
