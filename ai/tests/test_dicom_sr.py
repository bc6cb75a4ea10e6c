"""The measurement report of a Segmentation: valid, readable by another reader, and complete."""

from __future__ import annotations

import datetime
import io
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import highdicom as hd
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from ai.services.diameters import diameters
from ai.services.dicom_seg import MANUAL, AlgorithmSpec
from ai.services.dicom_sr import Hand, History, SegmentMeasure, build_report
from ai.tests.seg_sources import (
    CREATED_AT,
    EVEN,
    SEG_UID,
    SEGMENTS,
    SOURCE_SERIES_UID,
    build,
    mask,
    mr_series,
    stored,
)

ASSISTED = AlgorithmSpec("SEMIAUTOMATIC", "Lesion in a box", "1.0.0")
LEE = Hand("Lee^Seoyeon", "doctor1", CREATED_AT - datetime.timedelta(minutes=9))
PARK = Hand("박도윤", "rib1", CREATED_AT)
MEASURED = {
    1: SegmentMeasure(
        16.4, diameters(mask(5, *EVEN) == 1, np.eye(5, 3), np.eye(3)[0], np.eye(3)[1])
    ),
    2: SegmentMeasure(0.25, None),
    3: SegmentMeasure(0.0, None),
}


def report_of(**changes: Any) -> Dataset:
    seg = build(mr_series(*EVEN, range(5)), mask(5, *EVEN))
    arguments: dict[str, Any] = {
        "seg": seg,
        "segments": SEGMENTS,
        "measured": MEASURED,
        "source_series_uid": SOURCE_SERIES_UID,
        "series_instance_uid": "2.25.21",
        "sop_instance_uid": "2.25.20",
        "series_number": 901,
        "device_uid": "2.25.5",
        "history": History([LEE], PARK, ["Version 1: made", "Version 2: changed"]),
    }
    return build_report(**(arguments | changes))


def faults(report: Dataset, folder: Path) -> list[str]:
    (folder / "sr.dcm").write_bytes(stored(report))
    said = subprocess.run(  # noqa: S603
        ["dciodvfy", "-new", folder / "sr.dcm"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    ).stderr.splitlines()
    assert "Comprehensive3DSR" in said, said
    return [line for line in said if line.startswith("Error")]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"history": History([], PARK, ["Version 1: made by the model"])},
        {"segments": [replace(each, algorithm=MANUAL) for each in SEGMENTS]},
        {"segments": [replace(each, algorithm=ASSISTED) for each in SEGMENTS]},
        {"history": History([LEE, PARK, LEE], PARK, [])},
    ],
    ids=["edited", "unedited", "manual", "assisted", "several"],
)
def test_the_report_is_valid(changes: dict[str, Any], tmp_path: Path) -> None:
    assert faults(report_of(**changes), tmp_path) == []


def test_another_reader_finds_each_segment_with_its_finding_and_measurements() -> None:
    again = pydicom.dcmread(io.BytesIO(stored(report_of())))
    content = hd.sr.srread(io.BytesIO(stored(again))).content
    assert isinstance(content, hd.sr.MeasurementReport)
    groups = content.get_volumetric_roi_measurement_groups()
    assert [group.tracking_uid for group in groups] == ["2.25.91", "2.25.92", "2.25.93"]
    first = groups[0]
    assert first.tracking_identifier == "F1"
    assert first.finding_type == codes.SCT.Neoplasm
    segment = first.referenced_segment[0]
    assert segment.referenced_sop_instance_uid == SEG_UID
    assert segment.referenced_segment_numbers == [1]
    assert [(m.name.meaning, float(m.value), m.unit.value) for m in first.get_measurements()][
        :2
    ] == [
        ("Volume", 16.4, "ml"),
        ("Maximum 3D Diameter of a Mesh", round(MEASURED[1].diameters.longest_3d, 2), "mm"),
    ]
    assert len(first.get_measurements()) == 4
    assert [float(m.value) for m in groups[2].get_measurements()] == [0]


def test_people_stand_with_their_part_and_time() -> None:
    report = report_of()
    assert [a.PersonName for a in report.AuthorObserverSequence] == ["Lee^Seoyeon"]
    assert [
        (p.ParticipationType, p.PersonName, str(p.ParticipationDateTime))
        for p in report.ParticipantSequence
    ] == [
        ("ENT", "Lee^Seoyeon", "20260105102115"),
        ("ATTEST", "박도윤", "20260105103015"),
    ]
    verifier = report.VerifyingObserverSequence[0]
    assert (verifier.VerifyingObserverName, str(verifier.VerificationDateTime)) == (
        "박도윤",
        "20260105103015",
    )
    names = [i.PersonName for i in report.ContentSequence if i.ValueType == "PNAME"]
    assert names == ["Lee^Seoyeon", "박도윤"]
    texts = [i.TextValue for i in report.ContentSequence if i.ValueType == "TEXT"]
    assert texts[-2:] == ["Version 1: made", "Version 2: changed"]


def test_what_no_person_touched_has_the_device_as_author() -> None:
    report = report_of(history=History([], PARK, []))
    assert [a.ObserverType for a in report.AuthorObserverSequence] == ["DEV"]


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert stored(report_of()) == stored(report_of())


def test_no_name_reaches_a_log(caplog: Any, recwarn: Any) -> None:
    report = report_of()
    said = caplog.text + "".join(str(warning.message) for warning in recwarn)
    assert report.PatientName == "Test^Case"
    for name in ("Test^Case", PARK.name, LEE.name):
        assert name not in said
