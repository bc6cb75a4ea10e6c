"""Whether the name and birth date in images are those of a patient on record."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pacs.choices import IdentityDifference as Difference
from pacs.dicom.person_names import name_words

_UNKNOWN_DAYS = {date(1900, 1, 1)}
_UNKNOWN_WORDS = frozenset(
    ("unknown", "anonymous", "anonymized", "anonymised", "noname")
) | frozenset(("무명", "무명남", "무명녀"))
_DA = re.compile(r"[0-9]{8}")


def identity_differences(name: str, birth_date: str, patient: Any) -> list[Difference]:
    """In what a PN and a DA contradict the patient; what is unknown contradicts nothing."""
    found = []
    if _is_another_name(name, patient):
        found.append(Difference.NAME)
    days = {birth_date_read(birth_date), patient.birth_date}
    if len(days) > 1 and None not in days and not days & _UNKNOWN_DAYS:
        found.append(Difference.BIRTH_DATE)
    return found


def birth_date_read(text: str) -> date | None:
    """None for what is no DA (YYYYMMDD), such as a year alone."""
    try:
        return datetime.strptime(text, "%Y%m%d").date() if _DA.fullmatch(text) else None  # noqa: DTZ007  (a day)
    except ValueError:
        return None


def same_name(dicom_name: str, full_name: str) -> bool:
    """By any component group of the PN, its words in any order or written together."""
    known = name_words(full_name)
    return bool(known) and any(
        sorted(words) == sorted(known) or "".join(words) == "".join(known)
        for words in _groups(dicom_name)
    )


def _is_another_name(dicom_name: str, patient: Any) -> bool:
    """Whether every group that is in the script of the record says somebody else.

    Hangul and its romanisation are not compared. A name that leaves some words of the other out,
    such as a middle name, or shortens them to a letter, is the same. The number of the patient and
    the words for an unknown person are no name.
    """
    known = name_words(patient.full_name)
    number = name_words(patient.patient_id)
    comparable = [
        words
        for words in _groups(dicom_name)
        if _script(words) == _script(known)
        and words != number
        and _UNKNOWN_WORDS.isdisjoint([*words, *known])
    ]
    return bool(comparable) and not any(_agree(words, known) for words in comparable)


def _groups(dicom_name: str) -> list[list[str]]:
    return [words for words in map(name_words, dicom_name.split("=")) if words]


def _agree(words: Sequence[str], known: Sequence[str]) -> bool:
    if _is_within(words, known) or _is_within(known, words):
        return True
    return bool(_written_together(words) & _written_together(known))


def _is_within(words: Sequence[str], others: Sequence[str]) -> bool:
    return all(any(_is_alike(word, other) for other in others) for word in words)


def _is_alike(one: str, other: str) -> bool:
    """The same, or one is the first letter of the other, in a script that has capitals."""
    initial, whole = sorted((one, other), key=len)
    has_capitals = initial.upper() != initial.lower()
    return one == other or (len(initial) == 1 and has_capitals and whole.startswith(initial))


def _written_together(words: Sequence[str]) -> set[str]:
    """The words as one, the family name first or last."""
    return {"".join([*words[at:], *words[:at]]) for at in range(len(words))}


def _script(words: Sequence[str]) -> str:
    """Unicode's name of the first letter's script; empty without a letter."""
    letter = next((one for one in "".join(words) if one.isalpha()), "")
    return unicodedata.name(letter, "").split(" ")[0] if letter else ""
