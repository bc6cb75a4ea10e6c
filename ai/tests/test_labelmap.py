from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable
from functools import partial

import nibabel as nib
import numpy as np
import pytest

from ai.services import labelmap as lm
from common.errors import ErrorCode, InvalidInput

SHAPE = (3, 7, 9)
NO_TIME = bytes(4)
"""The gzip time stamp (RFC 1952, MTIME) that makes equal content equal bytes."""


def mask(seed: int = 0) -> lm.Labelmap:
    return np.random.default_rng(seed).integers(0, 3, SHAPE).astype(np.uint8)


def code_of(call: Callable[[], object]) -> ErrorCode:
    with pytest.raises(InvalidInput) as caught:
        call()
    return caught.value.code


def test_bytes_round_trip_and_repeat_exactly() -> None:
    packed = lm.compress(mask())
    assert packed == lm.compress(np.asfortranarray(mask()))
    assert packed[4:8] == NO_TIME
    np.testing.assert_array_equal(lm.decompress(packed, shape=SHAPE, labels=[1, 2]), mask())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", ErrorCode.LABELMAP_ENCODING),
        (bytes(189), ErrorCode.LABELMAP_ENCODING),
        (gzip.compress(bytes(189))[:-1], ErrorCode.LABELMAP_ENCODING),
        (gzip.compress(bytes(189)) + b"x", ErrorCode.LABELMAP_ENCODING),
        (gzip.compress(bytes(189)) + gzip.compress(b"x"), ErrorCode.LABELMAP_ENCODING),
        (gzip.compress(bytes(188)), ErrorCode.LABELMAP_SIZE),
        (gzip.compress(bytes(190)), ErrorCode.LABELMAP_SIZE),
        (gzip.compress(b""), ErrorCode.LABELMAP_SIZE),
        (gzip.compress(bytes([3]) * 189), ErrorCode.LABELMAP_LABEL),
    ],
)
def test_what_is_not_this_labelmap_is_refused(data: bytes, code: ErrorCode) -> None:
    assert code_of(lambda: lm.decompress(data, shape=SHAPE, labels=[1, 2])) is code


def test_a_damaged_checksum_is_refused() -> None:
    packed = bytearray(lm.compress(mask()))
    packed[-6] ^= 1
    assert (
        code_of(lambda: lm.decompress(bytes(packed), shape=SHAPE, labels=[1, 2]))
        is ErrorCode.LABELMAP_ENCODING
    )


def test_a_bomb_is_stopped_before_it_unfolds() -> None:
    bomb = gzip.compress(bytes(200_000_000), compresslevel=1)
    tracemalloc.start()
    code = code_of(lambda: lm.decompress(bomb, shape=SHAPE, labels=[1]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert code is ErrorCode.LABELMAP_SIZE
    assert peak < len(bomb) + 1_000_000


def test_slices_follow_their_instances() -> None:
    canonical, client = ["1.1", "1.2", "1.3"], ["1.3", "1.1", "1.2"]
    moved = lm.reorder(mask(), client, canonical)
    np.testing.assert_array_equal(moved, mask()[[1, 2, 0]])
    np.testing.assert_array_equal(lm.reorder(moved, canonical, client), mask())


@pytest.mark.parametrize(
    "given",
    [["1.1", "1.2"], ["1.1", "1.2", "9"], ["1.1", "1.1", "1.2"], ["1.1", "1.2", "1.3", "9"]],
)
def test_other_slices_than_the_series_has_are_refused(given: list[str]) -> None:
    code = code_of(lambda: lm.reorder(mask(), given, ["1.1", "1.2", "1.3"]))
    assert code is ErrorCode.LABELMAP_SLICES


def test_volumes_are_voxels_times_voxel_size() -> None:
    labels = np.zeros((2, 4, 4), np.uint8)
    labels[0, :2] = 1
    labels[1, 3, 3] = 2
    assert lm.volumes_ml(labels, [6.5, 3], 0.78125**2, [1, 2, 3]) == pytest.approx(
        {1: 8 * 6.5 * 0.78125**2 / 1000, 2: 3 * 0.78125**2 / 1000, 3: 0.0}
    )


def test_changes_count_what_each_label_gained_and_lost() -> None:
    before, after = np.zeros((2, 2, 3, 3), np.uint8)
    before[0, 0] = 1
    after[0, 0] = (1, 2, 0)
    after[1, 2, 2] = 2
    assert lm.changes(before, after, [1, 2, 3]) == {
        1: {"added": 0, "removed": 2},
        2: {"added": 2, "removed": 0},
        3: {"added": 0, "removed": 0},
    }
    assert lm.changes(None, after, [1, 2])[2] == {"added": 2, "removed": 0}


def test_nifti_round_trip_keeps_voxels_axes_and_affine() -> None:
    affine = np.array([[-0.78, 0, 0, 99.6], [0, -0.8, 0.1, 9], [0, 0.1, 6.5, -78], [0, 0, 0, 1.0]])
    data = lm.to_nifti(mask(), affine)
    assert lm.sha256(data) == lm.sha256(lm.to_nifti(mask(), affine))
    assert data[4:8] == NO_TIME
    image = nib.Nifti1Image.from_bytes(gzip.decompress(data))
    assert image.shape == (9, 7, 3)
    assert image.get_data_dtype() == np.uint8
    assert np.asarray(image.dataobj)[8, 2, 1] == mask()[1, 2, 8]
    again, affine_again = lm.from_nifti(data, shape=SHAPE)
    np.testing.assert_array_equal(again, mask())
    np.testing.assert_allclose(affine_again, affine, atol=1e-5)


def test_nifti_of_another_kind_is_refused() -> None:
    wide = nib.Nifti1Image(np.zeros((9, 7, 3), np.int16), np.eye(4)).to_bytes()
    for data, shape, code in (
        (gzip.compress(wide), SHAPE, ErrorCode.LABELMAP_ENCODING),
        (gzip.compress(bytes(600)), SHAPE, ErrorCode.LABELMAP_ENCODING),
        (gzip.compress(b"short"), SHAPE, ErrorCode.LABELMAP_ENCODING),
        (gzip.compress(bytes(9_000)), SHAPE, ErrorCode.LABELMAP_SIZE),
        (lm.to_nifti(mask(), np.eye(4)), (3, 9, 7), ErrorCode.LABELMAP_SIZE),
        (lm.to_nifti(mask(), np.eye(4)), (4, 7, 9), ErrorCode.LABELMAP_SIZE),
    ):
        assert code_of(partial(lm.from_nifti, data, shape=shape)) is code
