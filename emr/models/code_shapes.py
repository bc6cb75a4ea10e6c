"""The shape of codes. Whether a code of that shape is in use is for its publisher to say."""

from __future__ import annotations

import re

_ATC = re.compile(r"[ABCDGHJLMNPRSV]\d{2}([A-Z]([A-Z](\d{2})?)?)?", re.ASCII)
_KCD = re.compile(r"[A-Z]\d{2}(\.\d{1,3})?", re.ASCII)
_SCTID = re.compile(r"[1-9]\d{5,17}", re.ASCII)
_SHAPES = {"": re.compile(""), "ATC": _ATC, "KCD": _KCD}
_CONCEPT_PARTITIONS = ("00", "10")


def code_fault(system: str, code: str) -> tuple[str, str] | None:
    """The field and what is wrong with the code; None if it has the shape of its system."""
    if system == "SNOMED":
        shaped = is_snomed_concept(code)
    else:
        shaped = _SHAPES[system].fullmatch(code) is not None
    return None if shaped else ("code", f"not a code of {system or 'no system'}")


def is_snomed_concept(code: str) -> bool:
    """An SCTID of a concept: partition 00 or 10, Verhoeff check digit (SNOMED CT RF2, 5 SCTIDs)."""
    shaped = _SCTID.fullmatch(code) is not None
    return shaped and code[-3:-1] in _CONCEPT_PARTITIONS and _verhoeff(code)


def _verhoeff(digits: str) -> bool:
    """Multiplication in the dihedral group D5, digits permuted by their place."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _times(check, _permuted(int(digit), place % 8))
    return check == 0


def _times(a: int, b: int) -> int:
    """0-4 are rotations, 5-9 reflections."""
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b - 5) % 5
    return 5 + (a - 5 - b) % 5 if b < 5 else (a - b) % 5


def _permuted(digit: int, times: int) -> int:
    for _ in range(times):
        digit = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit]
    return digit
