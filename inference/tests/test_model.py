"""The brain does not move when the series is cut another way."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial.transform import Rotation

from app import runner
from app.midline import PlacedMask, find_midline
from tests.conftest import FakeArchive, Service
from tests.dicom_maker import AXIAL, as_enhanced, make_series
from tests.test_service import mask_of

Head = tuple[npt.NDArray[np.int16], npt.NDArray[np.float64]]
MODEL = Path(__file__).parents[1] / "models/brain_extraction/1.0.2"
CUTS = {
    "axial, feet first": ((0, 1), (1, -1), (2, -1)),
    "sagittal": ((1, 1), (2, -1), (0, 1)),
    "coronal": ((0, -1), (2, -1), (1, 1)),
}


def canonical_mask(folder: Path, head: Head, axes: Any) -> npt.NDArray[np.uint8]:  # noqa: ANN401
    service = Service(folder, FakeArchive(make_series(*head, axes=axes)))
    mask = mask_of(service, service.infer().json()["job_id"])
    return np.asarray(nib.as_closest_canonical(mask).dataobj)


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory, head: Head) -> npt.NDArray[np.uint8]:
    return canonical_mask(tmp_path_factory.mktemp("usual"), head, AXIAL)


@pytest.mark.parametrize("cut", CUTS)
def test_the_mask_is_the_same_in_every_cut(
    tmp_path: Path, head: Head, usual: npt.NDArray[np.uint8], cut: str
) -> None:
    other = canonical_mask(tmp_path, head, CUTS[cut])
    np.testing.assert_array_equal(usual, other)


@pytest.mark.parametrize("turned", [(0, 0, 0), (-15, 12, 20)])
def test_the_midline_of_its_mask_is_the_fissure_between_the_hemispheres(
    head: Head, usual: npt.NDArray[np.uint8], turned: tuple[float, float, float]
) -> None:
    """Read off the images: dark between the hemispheres, front and back, low and high."""
    fissure = np.array([[2.0, 50, 30], [2, 35, 55], [0, -60, 40], [0, -20, 60]])
    turn = np.eye(4)
    turn[:3, :3] = Rotation.from_euler("xyz", turned, degrees=True).as_matrix()
    found = find_midline(PlacedMask(usual.transpose(2, 1, 0) > 0, turn @ head[1]))
    assert found is not None
    assert np.abs(found.plane.heights(fissure @ turn[:3, :3].T)).max() < 2
    assert found.spread_mm < 3
    assert found.spread_degrees < 2
    assert found.overlap > 0.96


def test_an_enhanced_image_is_taken_and_the_card_does_not_deny_it(
    tmp_path: Path, head: Head, usual: npt.NDArray[np.uint8]
) -> None:
    service = Service(tmp_path, FakeArchive(as_enhanced(make_series(*head))))
    mask = mask_of(service, service.infer().json()["job_id"])
    np.testing.assert_array_equal(nib.as_closest_canonical(mask).dataobj, usual)
    card = json.loads((MODEL / "manifest.json").read_text())
    assert not [limit for limit in card["limits"] + card["limits_ko"] if "Enhanced" in limit]


def test_the_doctor_sees_the_box_found_and_the_brain_found() -> None:
    spec = importlib.util.spec_from_file_location("brain_extraction_runner", MODEL / "runner.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def bright(batch: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return np.repeat(batch > batch.mean(), 2, axis=1).astype(np.float32)

    image = np.zeros((16, 16, 16), np.float32)
    image[4:12, 4:12, 4:12] = 1
    told: list[float] = []
    runner.on_progress(told.append)
    try:
        module.BrainExtraction(bright, bright)._segment(image, 0.5)
    finally:
        runner.on_progress(lambda _: None)
    assert told == [0.1, 0.9]
