from __future__ import annotations

import pytest
from pydicom.sr.codedict import codes

from ai.manifest import CodeSpec
from ai.services.dicom_codes import CodeError, resolve_category, resolve_code
from ai.services.dicom_seg import SegmentSpec
from ai.tests.seg_sources import ABNORMAL, EVEN, TYPES, build, mask, mr_series


@pytest.mark.parametrize("name", TYPES)
def test_the_codes_in_use_resolve(name: str) -> None:
    code = resolve_code(TYPES[name])
    assert code == getattr(codes.SCT, name)
    assert code in codes.cid7151.concepts.values()


@pytest.mark.parametrize(
    ("spec", "value", "meaning"),
    [
        (("91723000", "SCT", "Anatomical Structure"), "91723000", "Anatomical Structure"),
        (("123037004", "SCT", "Anatomical Structure"), "91723000", "Anatomical Structure"),
        (
            ("49755003", "SCT", "Morphologically Altered Structure"),
            "49755003",
            "Morphologically Abnormal Structure",
        ),
        (
            ("49755003", "SCT", "Morphologically abnormal structure"),
            "49755003",
            "Morphologically Abnormal Structure",
        ),
    ],
)
def test_categories_are_written_as_cid_7150_lists_them(
    spec: tuple[str, str, str], value: str, meaning: str
) -> None:
    code = resolve_category(CodeSpec(*spec))
    assert (code.value, code.scheme_designator, code.meaning) == (value, "SCT", meaning)


@pytest.mark.parametrize(
    "spec",
    [
        ("12738006", "SCT", "Liver"),
        ("12738006", "SRT", "Brain"),
        ("T-A0100", "SRT", "Brain"),
        ("999999999", "SCT", "Brain"),
        ("12738006", "DCM", "Brain"),
    ],
)
def test_codes_that_disagree_are_refused(spec: tuple[str, str, str]) -> None:
    with pytest.raises(CodeError):
        resolve_code(CodeSpec(*spec))
    bad = SegmentSpec(1, "x", ABNORMAL, CodeSpec(*spec), "F1", "2.25.91")
    with pytest.raises(CodeError):
        build(mr_series(*EVEN, range(2)), mask(2, *EVEN, labels=1), segments=[bad])


@pytest.mark.parametrize(
    "spec",
    [
        ("12738006", "SCT", "Brain"),
        ("123037004", "SRT", "Anatomical Structure"),
        ("49755003", "SCT", "Tissue"),
    ],
)
def test_categories_outside_cid_7150_are_refused(spec: tuple[str, str, str]) -> None:
    with pytest.raises(CodeError):
        resolve_category(CodeSpec(*spec))
