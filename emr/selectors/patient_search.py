"""Find patients as somebody types: each way to look reads the beginning of an index, no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Q, QuerySet

from common.person import Person
from emr.models import NameSuffix, Patient
from emr.models.name_index import SUFFIX_LENGTH, folded
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for

MOST = 200
"""Whoever finds more narrows the search."""
_CHUNK = 250
_PHONE = re.compile(r"[\d\s()+.-]+")
_SHORTEST_PHONE = 4
_WHOLE_PHONE = 7
_CANDIDATES = 10
_DATES = ("%Y-%m-%d", "%Y%m%d", "%Y.%m.%d", "%Y/%m/%d")


def patient_search(user: Person, query: str) -> list[Patient]:
    """By the beginning of the MRN, the end of the phone number, the birth date, parts of the name.

    In this order, at most MOST. All words of ``query`` stand somewhere in the name.
    """
    seen = Patient.objects.visible_to(user)
    found: dict[int, Patient] = {}
    for rows in _by_number(seen, query.strip()):
        found |= {row.pk: row for row in rows[:MOST]}
    if len(found) < MOST:
        everybody = scope_for(user, Permission.VIEW_PATIENT) is Scope.ALL
        named = _named(seen, folded(query).split()) if everybody else _named_few(seen, query)
        for row in named:
            found.setdefault(row.pk, row)
            if len(found) >= MOST:
                break
    return list(found.values())[:MOST]


def possible_duplicates(user: Person, patient: Patient) -> list[Patient]:
    """Others whom this person sees, of the same name and birth date or the same phone number."""
    born = Patient.objects.filter(birth_date=patient.birth_date)
    alike = Q(pk__in=[p.pk for p in born if folded(p.full_name) == folded(patient.full_name)])
    if len(patient.phone_reversed) >= _WHOLE_PHONE:
        alike |= Q(phone_reversed=patient.phone_reversed)
    others = Patient.objects.visible_to(user).filter(alike).exclude(pk=patient.pk)
    return list(others.order_by("pk")[:_CANDIDATES])


def _by_number(seen: QuerySet[Patient], query: str) -> Iterator[QuerySet[Patient]]:
    for spelling in dict.fromkeys((query, query.upper())):
        yield seen.filter(patient_id__istartswith=spelling).order_by("patient_id")
    digits = "".join(character for character in query if character.isdecimal())
    if len(digits) >= _SHORTEST_PHONE and _PHONE.fullmatch(query):
        rows = seen.filter(phone_reversed__istartswith=digits[::-1])
        yield rows.order_by("phone_reversed", "pk")
    if (born := _date(query)) is not None:
        yield seen.filter(birth_date=born).order_by("pk")


def _date(query: str) -> date | None:
    for form in _DATES:
        try:
            return datetime.strptime(query, form).date()  # noqa: DTZ007  (a date has no zone)
        except ValueError:
            continue
    return None


def _named(seen: QuerySet[Patient], words: list[str]) -> Iterator[Patient]:
    """Read on past those who stay hidden, who are few."""
    if not words:
        return
    longest, *others = sorted(words, key=len, reverse=True)
    rows = NameSuffix.objects.filter(suffix__istartswith=longest[:SUFFIX_LENGTH])
    for word in others:
        same = NameSuffix.objects.filter(suffix__istartswith=word[:SUFFIX_LENGTH])
        rows = rows.filter(patient_id__in=same.values("patient_id"))
    ids = rows.order_by("suffix", "patient_id").values_list("patient_id", flat=True)
    begin = 0
    while chunk := list(ids[begin : begin + _CHUNK]):
        patients = seen.in_bulk(chunk)
        for pk in dict.fromkeys(chunk):
            patient = patients.get(pk)
            if patient and all(word in folded(patient.full_name) for word in words):
                yield patient
        begin += _CHUNK


def _named_few(seen: QuerySet[Patient], query: str) -> QuerySet[Patient]:
    """Among the few that are one's own or shared."""
    return seen.filter(*(Q(full_name__icontains=word) for word in query.split()))[:MOST]
