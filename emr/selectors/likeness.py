"""How much two people's data look like one person's, and who is worth comparing: by indexes only.

A name counts the same in whatever order its words stand (family name first or last), a birth date
nearly the same with two digits exchanged or day and month swapped.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from django.db.models import Q, QuerySet

from emr.choices import Gender, Likeness
from emr.models import NameSuffix, Patient
from emr.models.name_index import SUFFIX_LENGTH, folded
from emr.models.patient import phone_reversed

LIKELY = 70
"""Of 100. The same name and birth date are 85; the same name and phone number 70."""
_NAME, _BIRTH, _PHONE, _GENDER = 50, 30, 15, 5
_SIMILAR = 0.85
"""One letter of a Korean syllable differs, of a Latin name one or two."""
_SAME_NAME, _SAME_DAY, _SAME_PHONE = 200, 200, 50
_WHOLE_PHONE = 7


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, a patient of ours or not."""

    full_name: str
    birth_date: date
    gender: str = Gender.UNKNOWN
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Likely:
    """``alike``: what agrees."""

    patient: Patient
    score: int
    alike: list[str]


def likely_patients(
    person: Identity | Patient, *, but: int | None = None, or_phone: bool = False
) -> list[Likely]:
    """Patients who may be this person, the likeliest first; not filtered by rights.

    ``or_phone``: those of the same phone number too, whatever their name is.
    """
    found = [compared(person, patient) for patient in _worth_comparing(person) if patient.pk != but]
    likely = [
        one for one in found if one.score >= LIKELY or (or_phone and Likeness.PHONE in one.alike)
    ]
    return sorted(likely, key=lambda one: (-one.score, one.patient.pk))


def compared(person: Identity | Patient, patient: Patient) -> Likely:
    birth = birth_date_likeness(person.birth_date, patient.birth_date)
    phone = same_phone(person.phone, patient.phone)
    decides = birth or phone  # without either the name alone is not enough
    name = name_likeness(person.full_name, patient.full_name) if decides else 0.0
    sexes = {person.gender, patient.gender}
    gender = 1 if len(sexes) == 1 else 0 if Gender.UNKNOWN in sexes else -1
    score = _NAME * name + _BIRTH * birth + _PHONE * phone + _GENDER * gender
    alike = {
        Likeness.NAME: name == 1,
        Likeness.SIMILAR_NAME: _SIMILAR <= name < 1,
        Likeness.BIRTH_DATE: birth == 1,
        Likeness.SIMILAR_BIRTH_DATE: 0 < birth < 1,
        Likeness.PHONE: phone,
        Likeness.GENDER: gender == 1,
    }
    return Likely(patient, max(0, round(score)), [name for name, holds in alike.items() if holds])


def name_likeness(one: str, other: str) -> float:
    """1 for the same words in any order; of Korean the single letters of a syllable count."""
    first, second = _words(one), _words(other)
    if sorted(first) == sorted(second) or "".join(first) == "".join(second):
        return 1.0
    return max(_alike(first, second), _alike(sorted(first), sorted(second)))


def _alike(first: list[str], second: list[str]) -> float:
    matches = SequenceMatcher(None, _letters("".join(first)), _letters("".join(second)))
    if matches.quick_ratio() < _SIMILAR:
        return 0.0
    ratio = matches.ratio()
    return ratio if ratio >= _SIMILAR else 0.0


def _words(name: str) -> list[str]:
    plain = "".join(" " if character in ",;^=" else character for character in name)
    return folded(plain).split()


def _letters(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def birth_date_likeness(one: date, other: date) -> float:
    """1 the same, 0.7 with day and month swapped or two digits exchanged, 0.4 one digit differs."""
    if one == other:
        return 1.0
    if one.year == other.year and (one.month, one.day) == (other.day, other.month):
        return 0.7
    pairs = [(a, b) for a, b in zip(_digits(one), _digits(other), strict=True) if a != b]
    if len(pairs) == 2 and pairs[0] == pairs[1][::-1]:
        return 0.7
    return 0.4 if len(pairs) == 1 else 0.0


def _digits(day: date) -> str:
    return day.strftime("%Y%m%d").rjust(8, "0")


def same_phone(one: str, other: str) -> bool:
    """A whole number; the country's prefix and the zero before the area may be missing."""
    numbers = (phone_reversed(phone).rstrip("0") for phone in (one, other))
    shorter, longer = sorted(numbers, key=len)
    return len(shorter) >= _WHOLE_PHONE and longer.startswith(shorter)


def _worth_comparing(person: Identity | Patient) -> Iterable[Patient]:
    """A bounded number by each index, so that a birth date of thousands costs no more."""
    patients = Patient.objects.filter(merged_into=None)
    named = list(_named_alike(person.full_name)[:_SAME_NAME])
    found: dict[int, Patient] = patients.in_bulk(named)
    born = patients.filter(birth_date=person.birth_date).order_by("pk")
    found |= {row.pk: row for row in born[:_SAME_DAY]}
    if len(number := phone_reversed(person.phone)) >= _WHOLE_PHONE:
        called = patients.filter(phone_reversed=number).order_by("pk")
        found |= {row.pk: row for row in called[:_SAME_PHONE]}
    return found.values()


def _named_alike(name: str) -> QuerySet[NameSuffix, int]:
    """By the index of names: the name as it is, and with its words the other way round."""
    words = folded(name.replace(",", " ")).split()
    orders = {" ".join(words), " ".join(reversed(words)), " ".join([*words[1:], *words[:1]])}
    wanted = Q(suffix__in=[order[:SUFFIX_LENGTH].rstrip() for order in orders if order])
    return NameSuffix.objects.filter(wanted).order_by().values_list("patient_id", flat=True)
