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
    found: dict[int, None] = {}
    for rows in _by_number(seen, query.strip()):
        found |= dict.fromkeys(rows.values_list("pk", flat=True)[:MOST])
    for rows in _by_number(Patient.objects.exclude(merged_into=None), query.strip()):
        survivors = list(rows.values_list("merged_into", flat=True)[:MOST])
        found |= dict.fromkeys(_visible(seen, survivors))
    if len(found) < MOST:
        everybody = scope_for(user, Permission.VIEW_PATIENT) is Scope.ALL
        named = _named(seen, folded(query).split()) if everybody else _named_few(seen, query)
        for pk in named:
            found[pk] = None
            if len(found) >= MOST:
                break
    return list(found)[:MOST]


def patients_in_order(user: Person, pks: Iterable[int]) -> list[Patient]:
    """Those of the ids whom this person sees, in the order of the ids."""
    wanted = list(pks)
    patients = Patient.objects.visible_to(user).prefetch_related("duplicates").in_bulk(wanted)
    return [patients[pk] for pk in wanted if pk in patients]


def possible_duplicates(user: Person, patient: Patient) -> list[Patient]:
    """Others whom this person sees and who may be the same one, or have the same phone number."""
    likely = [one.patient.pk for one in likely_patients(patient, but=patient.pk, or_phone=True)]
    return patients_in_order(user, likely)[:_CANDIDATES]


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


def _named(seen: QuerySet[Patient], words: list[str]) -> Iterator[int]:
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
        named = dict.fromkeys(chunk)
        names = dict(seen.filter(pk__in=named).values_list("pk", "full_name"))
        former = _former(seen, named.keys() - names.keys())
        for pk in named:
            patient, name = former.get(pk) or (pk, names.get(pk))
            if name and all(word in folded(name) for word in words):
                yield patient
        begin += _CHUNK


def _former(seen: QuerySet[Patient], missing: set[int]) -> dict[int, tuple[int, str]]:
    """Of merged records: the record that they belong to, and the name that they had."""
    if not missing:
        return {}
    merged = Patient.objects.filter(pk__in=missing).exclude(merged_into=None)
    rows = list(merged.values_list("pk", "merged_into", "full_name"))
    survivors = set(_visible(seen, [survivor for _, survivor, _ in rows]))
    return {pk: (at, name) for pk, at, name in rows if at in survivors}


def _visible(seen: QuerySet[Patient], pks: list[Any]) -> list[int]:
    """Those of the ids that are seen, in the order of the ids."""
    known = set(seen.filter(pk__in=pks).values_list("pk", flat=True)) if pks else set()
    return [pk for pk in pks if pk in known]


def _named_few(seen: QuerySet[Patient], query: str) -> QuerySet[Patient, int]:
    """Among the few that are one's own or shared."""
    rows = seen.filter(*(Q(full_name__icontains=word) for word in query.split()))
    return rows.values_list("pk", flat=True)[:MOST]
