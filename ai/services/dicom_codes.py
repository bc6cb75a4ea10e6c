"""Coded concepts, checked: a code whose meaning disagrees is never stored or sent."""

from __future__ import annotations

from collections import defaultdict

from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from ai.manifest import CodeSpec
from common.once import once

CATEGORY_SYNONYMS: dict[tuple[str, str], Code] = {
    ("123037004", "anatomical structure"): codes.cid7150.AnatomicalStructure,
    ("49755003", "morphologically altered structure"): (
        codes.cid7150.MorphologicallyAbnormalStructure
    ),
}
"""Pairs in wide use (dcmqi, OHIF, older SNOMED) for what CID 7150 now lists otherwise."""


class CodeError(ValueError):
    """The code is not SNOMED CT, unknown, or its meaning disagrees."""


def resolve_category(spec: CodeSpec) -> Code:
    """The Segmented Property Category as CID 7150 of the installed pydicom lists it.

    Raises:
        CodeError: not in CID 7150, or code and meaning disagree.
    """
    synonym = CATEGORY_SYNONYMS.get((spec.value, spec.meaning.casefold()))
    if synonym is not None and spec.scheme == "SCT":
        return synonym
    code = resolve_code(spec)
    if code not in codes.cid7150.concepts.values():
        raise CodeError(f"{spec.value} is not in CID 7150 (Segmentation Property Categories)")
    return code


def resolve_code(spec: CodeSpec) -> Code:
    """The SNOMED CT concept whose code and meaning are both the given ones, letter case aside.

    Raises:
        CodeError: scheme is not SCT, pydicom's tables lack the code, or the meaning disagrees.
    """
    if spec.scheme != "SCT":
        raise CodeError(f"{spec.value}: the scheme must be SCT, not {spec.scheme}")
    known = _snomed_meanings().get(spec.value)
    if known is None:
        raise CodeError(f"{spec.value} is not a SNOMED CT code that DICOM lists")
    code = known.get(spec.meaning.casefold())
    if code is None:
        raise CodeError(f"{spec.value} does not mean {spec.meaning!r}")
    return code


def check_meaning(spec: CodeSpec) -> None:
    """Of a code that no DICOM object needs: FHIR also takes those that DICOM does not list.

    Raises:
        CodeError: DICOM lists the SNOMED CT code with another meaning.
    """
    if spec.scheme == "SCT" and spec.value in _snomed_meanings():
        resolve_code(spec)


@once
def _snomed_meanings() -> dict[str, dict[str, Code]]:
    meanings: dict[str, dict[str, Code]] = defaultdict(dict)
    for code in codes.SCT.concepts.values():
        meanings[code.value][code.meaning.casefold()] = code
    return dict(meanings)
