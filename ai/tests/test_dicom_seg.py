from __future__ import annotations

import datetime
import io
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from ai.services.dicom_seg import SegmentationError, network_algorithm, read_labelmap
from ai.tests.seg_sources import (
    CREATED_AT,
    EVEN,
    FRAME_OF_REFERENCE_UID,
    OBLIQUE,
    ODD,
    SEGMENTS,
    build,
    complaints,
    enhanced_mr,
    mask,
    mr_series,
    read_with_dcmqi,
    reread,
    segment,
    stored,
    uids,
)
from common.errors import BusinessError, ErrorCode
from pacs.management.nifti_to_dicom import SAMPLE_DATA, SAMPLES, load_axial_volume, write_series

GEOMETRIES = {
    "axial": {},
    "oblique": {"orientation": OBLIQUE},
    "sagittal": {"orientation": (0, 1, 0, 0, 0, -1)},
    "tilted": {"tilt": 0.3},
}


@pytest.mark.parametrize("size", [EVEN, ODD, (16, 16), (181, 217), (1, 3)], ids=str)
@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("offsets", [(0, 2, 4, 6, 8), (0, 2, 3, 7, 7.5)], ids=["even", "uneven"])
def test_valid_and_the_same_voxels(
    size: tuple[int, int], geometry: str, offsets: tuple[float, ...], tmp_path: Path
) -> None:
    sources = mr_series(*size, offsets, **GEOMETRIES[geometry])
    labelmap = mask(5, *size)
    before = labelmap.copy(), [source.to_json() for source in sources]
    seg = build(sources, labelmap)
    np.testing.assert_array_equal(labelmap, before[0])
    assert [source.to_json() for source in sources] == before[1]
    assert complaints(seg, tmp_path) == []
    np.testing.assert_array_equal(read_labelmap(reread(seg), uids(sources), *size), labelmap)
    assert seg.FrameOfReferenceUID == FRAME_OF_REFERENCE_UID


@pytest.mark.parametrize("size", [EVEN, ODD], ids=str)
def test_each_frame_lies_on_the_slice_it_names(size: tuple[int, int]) -> None:
    sources = mr_series(*size, (0, 2, 3, 7, 7.5), orientation=OBLIQUE)
    by_uid = {source.SOPInstanceUID: source for source in sources}
    seg = reread(build(sources, mask(5, *size)))
    shared = seg.SharedFunctionalGroupsSequence[0]
    assert "SpacingBetweenSlices" not in shared.PixelMeasuresSequence[0]
    assert shared.PixelMeasuresSequence[0].PixelSpacing == [0.9, 0.8]
    for groups in seg.PerFrameFunctionalGroupsSequence:
        reference = groups.DerivationImageSequence[0].SourceImageSequence[0]
        source = by_uid[reference.ReferencedSOPInstanceUID]
        np.testing.assert_allclose(
            groups.PlanePositionSequence[0].ImagePositionPatient, source.ImagePositionPatient
        )
        np.testing.assert_allclose(
            shared.PlaneOrientationSequence[0].ImageOrientationPatient,
            source.ImageOrientationPatient,
        )


def test_equal_spacing_is_stated_from_the_positions() -> None:
    sources = mr_series(*EVEN, (0, 2.5, 5))
    seg = build(sources, mask(3, *EVEN))
    assert (
        seg.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].SpacingBetweenSlices == 2.5
    )


@pytest.mark.parametrize("size", [EVEN, ODD], ids=str)
def test_the_order_of_the_files_does_not_matter(size: tuple[int, int]) -> None:
    sources = mr_series(*size, range(6), orientation=OBLIQUE)
    labelmap = mask(6, *size)
    order = list(range(6))
    random.Random(3).shuffle(order)
    seg = reread(build([sources[i] for i in order], labelmap[order]))
    np.testing.assert_array_equal(read_labelmap(seg, uids(sources), *size), labelmap)
    assert seg.PixelData == build(sources, labelmap).PixelData, "frames must be sorted by position"


@pytest.mark.parametrize(
    ("size", "representation"),
    [(EVEN, "BINARY"), (ODD, "FRACTIONAL"), ((4, 6), "BINARY"), ((181, 217), "FRACTIONAL")],
    ids=str,
)
def test_frames_begin_on_a_byte(size: tuple[int, int], representation: str) -> None:
    seg = build(mr_series(*size, (0, 1)), mask(2, *size))
    assert seg.SegmentationType == representation
    assert size[0] * size[1] * seg.BitsAllocated % 8 == 0
    if representation == "FRACTIONAL":
        assert seg.SegmentationFractionalType == "OCCUPANCY"
        assert set(np.unique(seg.pixel_array)) <= {0, seg.MaximumFractionalValue}


@pytest.mark.parametrize("size", [EVEN, ODD], ids=str)
def test_only_marked_slices_have_frames(size: tuple[int, int], tmp_path: Path) -> None:
    sources = mr_series(*size, range(5))
    labelmap = np.zeros((5, *size), np.uint8)
    labelmap[1, 0, 0], labelmap[3, 2, 3] = 1, 3
    seg = build(sources, labelmap)
    assert complaints(seg, tmp_path) == []
    assert seg.NumberOfFrames == 2
    assert [item.SegmentNumber for item in seg.SegmentSequence] == [1, 2, 3]
    np.testing.assert_array_equal(read_labelmap(reread(seg), uids(sources), *size), labelmap)


def test_one_segment_needs_no_number_per_frame(tmp_path: Path) -> None:
    sources, labelmap = mr_series(*ODD, range(4)), mask(4, *ODD, labels=1)
    seg = build(sources, labelmap, segments=SEGMENTS[:1])
    assert complaints(seg, tmp_path) == []
    np.testing.assert_array_equal(read_labelmap(reread(seg), uids(sources), *ODD), labelmap)


@pytest.mark.parametrize("size", [EVEN, ODD], ids=str)
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_dcmqi_reads_the_same_voxels(size: tuple[int, int], geometry: str, tmp_path: Path) -> None:
    sources = mr_series(*size, (0, 2, 4, 6, 8), **GEOMETRIES[geometry])
    labelmap, order = mask(5, *size), [3, 0, 4, 1, 2]
    images = read_with_dcmqi(build([sources[i] for i in order], labelmap[order]), tmp_path)
    assert sorted(images) == [1, 2, 3]
    for number, image in images.items():
        found = np.asanyarray(image.dataobj).transpose(2, 1, 0) > 0
        np.testing.assert_array_equal(found, labelmap == number)
        origin = np.array([-1, -1, 1]) * image.affine[:3, 3]
        np.testing.assert_allclose(origin, sources[0].ImagePositionPatient, atol=1e-3)


def test_same_arguments_same_bytes_whatever_the_clock_says() -> None:
    sources, labelmap = mr_series(*ODD, range(3)), mask(3, *ODD)
    first = stored(build(sources, labelmap))
    assert stored(build(sources, labelmap)) == first
    later = CREATED_AT + datetime.timedelta(days=1)
    assert stored(build(sources, labelmap, created_at=later)) != first
    seg = pydicom.dcmread(io.BytesIO(first))
    assert (seg.ContentDate, seg.ContentTime) == ("20260105", "103015")
    assert f"{datetime.datetime.now(datetime.UTC):%Y%m%d}" not in str(seg)


@pytest.mark.parametrize("kind", ["AUTOMATIC", "SEMIAUTOMATIC"])
def test_the_author_is_named(kind: str, tmp_path: Path) -> None:
    made = [
        replace(each, algorithm=network_algorithm(kind, "Brain extraction", "1.0.2"))
        for each in SEGMENTS
    ]
    seg = build(mr_series(*EVEN, range(3)), mask(3, *EVEN), segments=made)
    assert complaints(seg, tmp_path) == []
    assert seg.ContentCreatorName == "Lee^Seoyeon"
    for number, item in enumerate(seg.SegmentSequence, 1):
        assert item.SegmentAlgorithmType == kind
        assert item.SegmentAlgorithmName == "Brain extraction"
        algorithm = item.SegmentationAlgorithmIdentificationSequence[0]
        assert algorithm.AlgorithmVersion == "1.0.2"
        assert algorithm.AlgorithmFamilyCodeSequence[0].CodeMeaning == "Artificial Intelligence"
        assert (item.TrackingID, item.TrackingUID) == (f"F{number}", f"2.25.9{number}")
    assert "RecommendedDisplayCIELabValue" in seg.SegmentSequence[0]
    assert "RecommendedDisplayCIELabValue" not in seg.SegmentSequence[2]


@pytest.mark.parametrize("size", [EVEN, ODD], ids=str)
def test_a_multi_frame_source_is_supported(size: tuple[int, int], tmp_path: Path) -> None:
    source, labelmap = enhanced_mr(*size, 5), mask(5, *size)
    seg = build([source], labelmap)
    assert complaints(seg, tmp_path) == []
    frames = [source.SOPInstanceUID] * 5
    np.testing.assert_array_equal(read_labelmap(reread(seg), frames, *size), labelmap)


def test_korean_names_survive_whatever_the_source_encoded_them_in(tmp_path: Path) -> None:
    sources = mr_series(*EVEN, range(3))
    sources[0].SpecificCharacterSet = ["", "ISO 2022 IR 149"]
    sources[0].PatientName = "Kim^Minjun==김^민준"
    buffer = io.BytesIO()
    sources[0].save_as(buffer, implicit_vr=False, little_endian=True)
    sources[0] = pydicom.dcmread(buffer, force=True)
    seg = build(sources, mask(3, *EVEN), content_creator_name="Lee^Seoyeon==이^서연")
    assert complaints(seg, tmp_path) == []
    again = reread(seg)
    assert again.SpecificCharacterSet == "ISO_IR 192"
    assert str(again.PatientName) == "Kim^Minjun==김^민준"
    assert str(again.ContentCreatorName) == "Lee^Seoyeon==이^서연"


def test_odd_identities_pass_through_and_reach_no_log(
    caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    sources = mr_series(*EVEN, range(3))
    for source in sources:
        source.PatientName = "Caretless"
        source.PatientSex = "U"
        del source.StudyID, source.AccessionNumber, source.SliceThickness
    seg = build(sources, mask(3, *EVEN), content_creator_name="Creator")
    assert (seg.PatientName, seg.PatientSex) == ("Caretless", "U")
    said = caplog.text + "".join(str(warning.message) for warning in recwarn)
    assert "Caretless" not in said
    assert "Creator" not in said


def test_orientations_that_differ_by_rounding_are_one() -> None:
    sources = mr_series(*EVEN, range(3), orientation=OBLIQUE)
    sources[1].ImageOrientationPatient = [v + 2e-6 for v in sources[1].ImageOrientationPatient]
    labelmap = mask(3, *EVEN)
    seg = build(sources, labelmap)
    np.testing.assert_array_equal(read_labelmap(seg, uids(sources), *EVEN), labelmap)


def test_an_empty_mask_is_refused() -> None:
    with pytest.raises(BusinessError) as caught:
        build(mr_series(*EVEN, range(3)), np.zeros((3, *EVEN), np.uint8))
    assert caught.value.code is ErrorCode.SEGMENTATION_EMPTY


def mixed_orientation(sources: list[Dataset]) -> None:
    sources[1].ImageOrientationPatient = [0, 1, 0, 0, 0, -1]


def same_place(sources: list[Dataset]) -> None:
    sources[1].ImagePositionPatient = sources[0].ImagePositionPatient


def no_frame_of_reference(sources: list[Dataset]) -> None:
    for source in sources:
        del source.FrameOfReferenceUID


def no_position(sources: list[Dataset]) -> None:
    del sources[2].ImagePositionPatient


def other_series(sources: list[Dataset]) -> None:
    sources[2].SeriesInstanceUID = "2.25.4711"


def fewer_slices(sources: list[Dataset]) -> None:
    sources.pop()


def no_slices(sources: list[Dataset]) -> None:
    sources.clear()


def other_size(sources: list[Dataset]) -> None:
    for source in sources:
        source.Columns = 13


@pytest.mark.parametrize(
    "spoil",
    [
        mixed_orientation,
        same_place,
        no_frame_of_reference,
        no_position,
        other_series,
        fewer_slices,
        no_slices,
        other_size,
    ],
)
def test_a_source_without_sound_geometry_is_refused(spoil: Any) -> None:
    sources = mr_series(*EVEN, range(3))
    spoil(sources)
    with pytest.raises(SegmentationError) as caught:
        build(sources, mask(3, *EVEN))
    assert caught.value.reason == "source_unsuitable"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"labelmap": mask(3, *EVEN).astype(np.int16)}, "shape_mismatch"),
        ({"labelmap": mask(3, *EVEN)[0]}, "shape_mismatch"),
        ({"labelmap": mask(3, *EVEN, labels=4)}, "undeclared_label"),
        ({"segments": [segment(1), segment(3)]}, "segment_numbers"),
        ({"segments": [segment(2), segment(1), segment(3)]}, "segment_numbers"),
    ],
)
def test_a_mask_that_contradicts_its_segments_is_refused(
    changes: dict[str, Any], reason: str
) -> None:
    arguments = {"labelmap": mask(3, *EVEN)} | changes
    with pytest.raises(SegmentationError) as caught:
        build(mr_series(*EVEN, range(3)), **arguments)
    assert caught.value.reason == reason


def test_read_labelmap_refuses_two_segments_in_one_voxel() -> None:
    sources = mr_series(*ODD, range(2))
    seg = build(sources, mask(2, *ODD))
    seg.PixelData = b"\xff" * len(seg.PixelData)
    with pytest.raises(SegmentationError) as caught:
        read_labelmap(reread(seg), uids(sources), *ODD)
    assert caught.value.reason == "overlap"


@pytest.mark.parametrize(
    ("listed", "size", "reason"),
    [(["2.25.1001"], EVEN, "unknown_source"), (["2.25.1001"], ODD, "shape_mismatch")],
)
def test_read_labelmap_against_another_series_is_refused(
    listed: list[str], size: tuple[int, int], reason: str
) -> None:
    seg = build(mr_series(*EVEN, range(3)), mask(3, *EVEN))
    with pytest.raises(SegmentationError) as caught:
        read_labelmap(seg, listed, *size)
    assert caught.value.reason == reason


def test_the_sample_tumour_arrives_where_it_was_marked(tmp_path: Path) -> None:
    files = write_series(
        SAMPLES[1],
        tmp_path / "source",
        accession_number="A1",
        study_date=datetime.date(2026, 1, 5),
    )
    label_file = SAMPLE_DATA / "tumour1_label.nii.gz"
    labelmap = load_axial_volume(label_file).pixels.astype(np.uint8)
    sources = [pydicom.dcmread(path, stop_before_pixels=True) for path in files]
    seg = build(sources, labelmap, segments=[segment(1)])
    assert complaints(seg, tmp_path) == []
    found = read_with_dcmqi(seg, tmp_path)[1]
    drawn = nib.Nifti1Image.from_filename(label_file)
    places = [
        {
            tuple(np.round(place, 2) + 0.0)
            for place in nib.affines.apply_affine(image.affine, np.argwhere(image.dataobj))
        }
        for image in (found, drawn)
    ]
    assert len(places[0]) == 4137
    assert places[0] == places[1]


@pytest.mark.parametrize("thickness", [None, "", "0"], ids=["missing", "empty", "zero"])
@pytest.mark.parametrize("tilt", [0.0, 0.3])
def test_a_source_without_slice_thickness_gets_the_distance_of_its_slices(
    thickness: str | None, tilt: float, tmp_path: Path
) -> None:
    sources = mr_series(*EVEN, (0, 2.5, 5, 7.5, 10), tilt=tilt)
    for source in sources:
        del source.SliceThickness
        if thickness is not None:
            source.SliceThickness = thickness
    seg = build(sources[::-1], mask(5, *EVEN))
    measures = seg.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    assert float(measures.SliceThickness) == 2.5
    assert complaints(seg, tmp_path) == []


def test_a_source_with_slice_thickness_keeps_it() -> None:
    sources = mr_series(*EVEN, (0, 2.5, 5, 7.5, 10))
    for source in sources:
        source.SliceThickness = "2"
    measures = build(sources, mask(5, *EVEN)).SharedFunctionalGroupsSequence[0]
    assert float(measures.PixelMeasuresSequence[0].SliceThickness) == 2


@pytest.mark.parametrize("value", [None, ""], ids=["missing", "empty"])
def test_one_image_without_frame_of_reference_is_enough_to_refuse(value: str | None) -> None:
    sources = mr_series(*EVEN, (0, 2, 4, 6, 8))
    del sources[2].FrameOfReferenceUID
    if value is not None:
        sources[2].FrameOfReferenceUID = value
    with pytest.raises(SegmentationError, match="Frame of Reference"):
        build(sources, mask(5, *EVEN))
