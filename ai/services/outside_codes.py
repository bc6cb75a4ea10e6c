"""What the segments of another system's file say of their kind and of the algorithm behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from ai.manifest import CodeSpec

_ALGORITHM = (
    *("AlgorithmName", "AlgorithmVersion", "AlgorithmFamilyCodeSequence"),
    *("AlgorithmNameCodeSequence", "AlgorithmParameters", "AlgorithmSource"),
)
_CODED = ("CodeValue", "CodingSchemeDesignator", "CodeMeaning")


def algorithm_type(value: object) -> Any:
    """Of a SEG or an RT ROI, which have the same three terms; "" where it says nothing."""
    said = str(value or "").strip()
    return said if said in ("AUTOMATIC", "SEMIAUTOMATIC", "MANUAL") else ""


def identifications(item: Dataset) -> Iterator[dict[str, Any]]:
    """Of each algorithm what the macro holds (PS3.3 10-19), if all is there that it needs."""
    for one in item.get("SegmentationAlgorithmIdentificationSequence") or ():
        family = (one.get("AlgorithmFamilyCodeSequence") or [Dataset()])[0]
        known = [one.get(keyword) for keyword in _ALGORITHM[:2]]
        if all([*known, *(family.get(keyword) for keyword in _CODED)]):
            kept = Dataset()
            kept.update(
                {one[keyword].tag: one[keyword] for keyword in _ALGORITHM if keyword in one}
            )
            yield kept.to_json_dict()


def code_of(item: Dataset, keyword: str) -> CodeSpec | None:
    """The code of the file, a SNOMED RT one as SNOMED CT; None where there is none."""
    sequence = item.get(keyword)
    if not sequence or not sequence[0].get("CodeValue"):
        return None
    one = sequence[0]
    code = Code(one.CodeValue, one.CodingSchemeDesignator, one.get("CodeMeaning", ""))
    same = next((known for known in codes.SCT.concepts.values() if known == code), None)
    if same is not None:
        return CodeSpec(same.value, "SCT", same.meaning)
    return CodeSpec(code.value, code.scheme_designator, code.meaning)
