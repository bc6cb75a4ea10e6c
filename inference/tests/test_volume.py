"""Geometry: whatever the order and direction of the slices, voxels stay where they were."""

from __future__ import annotations

from io import BytesIO
from itertools import permutations, product
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    HTJ2K,
    UID,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
    RLELossless,
)

from app.dicom import Slice, read_slices
from app.errors import InputRefused
from app.volume import Volume, assemble
from tests.dicom_maker import as_enhanced, make_series, to_bytes

AFFINE = np.array(
    [[1.0, 0.0, 0.0, -10.0], [0.0, 2.0, 0.0, -20.0], [0.0, 0.0, 3.0, 5.0], [0, 0, 0, 1]]
)
DIRECTIONS = [
    tuple(zip(axes, signs, strict=True))
    for axes in permutations(range(3))
    for signs in product((1, -1), repeat=3)
]


def voxels() -> npt.NDArray[np.int16]:
    return np.arange(6 * 7 * 8, dtype=np.int16).reshape(6, 7, 8)


def slices_of(**kwargs: Any) -> list[Slice]:  # noqa: ANN401
    series = make_series(voxels(), AFFINE, **kwargs)
    return [part for data in series.files.values() for part in read_slices(data)]


def world(volume: Volume) -> dict[tuple[float, ...], float]:
    """Value by position in RAS mm."""
    found = {}
    for index in np.ndindex(volume.data.shape):
        k, j, i = index
        place = volume.affine_ras @ [i, j, k, 1]
        found[tuple(np.round(place[:3], 3))] = float(volume.data[index])
    return found


@pytest.mark.parametrize("axes", DIRECTIONS, ids=str)
def test_every_cut_shows_the_same_voxels_at_the_same_places(
    axes: tuple[tuple[int, int], ...],
) -> None:
    slices = slices_of(axes=axes)
    np.random.default_rng(1).shuffle(slices)
    assert world(assemble(slices)) == world(assemble(slices_of()))


def test_slices_ascend_and_keep_their_names() -> None:
    slices = slices_of()
    volume = assemble(slices[::-1])
    assert list(volume.sop_instance_uids) == [each.sop_instance_uid for each in slices]
    assert volume.spacing_mm == pytest.approx((3, 2, 1))
    assert volume.voxel_ml == pytest.approx(0.006)


@pytest.mark.parametrize("axes", DIRECTIONS[::13], ids=str)
def test_the_frames_of_an_enhanced_image_are_the_same_volume(
    axes: tuple[tuple[int, int], ...],
) -> None:
    classic = make_series(voxels(), AFFINE, axes=axes, RescaleSlope="2")
    enhanced = as_enhanced(classic)
    (uid,) = enhanced.files
    frames = read_slices(enhanced.files[uid])
    expected = assemble([part for data in classic.files.values() for part in read_slices(data)])
    volume = assemble(frames)
    np.testing.assert_array_equal(volume.data, expected.data)
    np.testing.assert_allclose(volume.affine_ras, expected.affine_ras, atol=1e-6)
    assert {each.sop_instance_uid for each in frames} == {uid}
    assert frames[0].echo_time == 10
    normal = np.cross(frames[0].orientation[:3], frames[0].orientation[3:])
    ascending = sorted(frames, key=lambda each: float(np.dot(each.position, normal)))
    assert list(volume.sop_instance_uids) == [each.name for each in ascending]
    assert {each.name for each in frames} == {f"{uid}/frames/{n + 1}" for n in range(len(frames))}


def test_rescale_is_applied() -> None:
    volume = assemble(slices_of(RescaleSlope="2", RescaleIntercept="-5"))
    assert volume.data.max() == voxels().max() * 2 - 5


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, RLELossless])
def test_compressed_slices_decode_to_the_same(syntax: str) -> None:
    plain = make_series(np.tile(voxels(), (12, 10, 1)), AFFINE)
    packed = []
    for data in plain.files.values():
        dataset = dcmread(BytesIO(data))
        dataset.compress(syntax, generate_instance_uid=False)
        packed += read_slices(to_bytes(dataset))
    expected = assemble([part for data in plain.files.values() for part in read_slices(data)])
    np.testing.assert_array_equal(assemble(packed).data, expected.data)


@pytest.mark.parametrize("syntax", [HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K])
@pytest.mark.parametrize("signed", [True, False])
def test_htj2k_slices_decode_to_the_same(syntax: UID, signed: bool) -> None:
    plain = make_series(np.tile(voxels() - 150 * signed, (5, 3, 1)), AFFINE)
    packed = []
    for data in plain.files.values():
        dataset = dcmread(BytesIO(data))
        dataset.PixelRepresentation = int(signed)
        frame = dataset.pixel_array if signed else dataset.pixel_array.astype(np.uint16)
        dataset.PixelData = encapsulate([bytes(imagecodecs.htj2k_encode(frame, reversible=True))])
        dataset["PixelData"].VR = "OB"
        dataset.file_meta.TransferSyntaxUID = syntax
        packed += read_slices(to_bytes(dataset))
    expected = assemble([part for data in plain.files.values() for part in read_slices(data)])
    np.testing.assert_array_equal(assemble(packed).data, expected.data)


def _moved(one: Slice) -> tuple[float, ...]:
    """Its position, 2 mm to the side."""
    return one.position[0] + 2, *one.position[1:]


def changed(slices: list[Slice], index: int, **changes: Any) -> list[Slice]:  # noqa: ANN401
    fields = {name: getattr(slices[index], name) for name in Slice.__dataclass_fields__}
    return [*slices[:index], Slice(**(fields | changes)), *slices[index + 1 :]]


@pytest.mark.parametrize(
    ("break_it", "sentence"),
    [
        (lambda s: s[:1], "single image"),
        (lambda s: s[:3] + s[4:], "missing"),
        (lambda s: [*s, s[2]], "same position"),
        (lambda s: changed(s, 2, pixels=np.zeros((3, 3))), "different sizes"),
        (lambda s: changed(s, 2, orientation=(0, 1, 0, 0, 0, -1)), "different orientations"),
        (lambda s: changed(s, 2, spacing=(9, 9)), "pixel spacings"),
        (lambda s: changed(s, 2, frame_of_reference_uid="1.2"), "frames of reference"),
        (lambda s: changed(s, 2, position=_moved(s[2])), "evenly spaced"),
    ],
)
def test_what_is_no_volume_is_refused_with_a_sentence(
    break_it: Any,  # noqa: ANN401
    sentence: str,
) -> None:
    with pytest.raises(InputRefused, match=sentence):
        assemble(break_it(slices_of()))


def _edited(**attributes: Any) -> bytes:  # noqa: ANN401
    return next(iter(make_series(voxels(), AFFINE, **attributes).files.values()))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"garbage", "not DICOM"),
        (_edited(ImagePositionPatient=None), "ImagePositionPatient"),
        (_edited(PixelData=None), "not an image"),
        (_edited(NumberOfFrames=2), "where each of them lies"),
        (_edited(PhotometricInterpretation="RGB"), "greyscale"),
        (_edited(PixelData=b"\0\0"), "cannot be decoded"),
        (_edited(PerFrameFunctionalGroupsSequence=[Dataset()] * 2), "other frames"),
        (_edited(PerFrameFunctionalGroupsSequence=[Dataset()]), "ImagePositionPatient"),
    ],
)
def test_files_that_are_no_slice_are_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(InputRefused, match=sentence):
        read_slices(data)
