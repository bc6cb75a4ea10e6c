"""Input gates: what is no head in air never reaches the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.conftest import FakeArchive, Service, refusal
from tests.dicom_maker import make_series

SHAPE = (60, 72, 60)
AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
RNG = np.random.default_rng(7)


def ball(inside: float = 800.0) -> npt.NDArray[np.float64]:
    grid = np.indices(SHAPE).reshape(3, -1).T - np.array(SHAPE) / 2
    return np.where((grid**2).sum(1) < 24**2, inside, 0.0).reshape(SHAPE)


IMAGES: dict[str, tuple[npt.NDArray[Any], str]] = {
    "zeros": (np.zeros(SHAPE), "no contrast"),
    "one value": (np.full(SHAPE, 500), "no contrast"),
    "noise": (RNG.normal(500, 100, SHAPE), "noise"),
    "uniform noise": (RNG.uniform(0, 1000, SHAPE), "noise"),
    "even ball": (ball(), "without inner structure"),
    "noisy ball": (ball() * RNG.uniform(0.2, 1.8, SHAPE), "noise"),
}


def ask(folder: Path, voxels: npt.NDArray[Any], **attributes: Any) -> tuple[int, str, str]:  # noqa: ANN401
    series = make_series(voxels, AFFINE, **attributes)
    return refusal(Service(folder, FakeArchive(series)).infer())


@pytest.mark.parametrize("kind", IMAGES)
def test_images_that_are_no_head_are_refused(tmp_path: Path, kind: str) -> None:
    voxels, sentence = IMAGES[kind]
    status, code, message = ask(tmp_path, voxels.clip(-1000, 32000))
    assert (status, code) == (422, "input_refused")
    assert sentence in message


def test_too_few_slices_and_too_little_of_the_head(tmp_path: Path) -> None:
    voxels = ball()
    assert "images" in ask(tmp_path, voxels[:, :, :5])[2]
    assert "covers" in ask(tmp_path, voxels[:, :, 20:40])[2]


def test_another_modality_is_refused_before_anything_is_fetched(
    tmp_path: Path, service: Service
) -> None:
    archive = FakeArchive(service.archive.series, modality="CT")
    status, code, message = refusal(Service(tmp_path, archive).infer())
    assert (status, code) == (422, "input_refused")
    assert "CT" in message
    assert archive.reads == 0


@pytest.mark.parametrize(
    ("echo_time", "sentence"),
    [("95", "Echo time 95 ms"), ("40", "without inner structure"), (None, "without inner")],
)
def test_images_with_a_long_echo_are_another_contrast(
    tmp_path: Path, echo_time: str | None, sentence: str
) -> None:
    status, _, message = ask(tmp_path, ball(), EchoTime=echo_time)
    assert status == 422
    assert sentence in message
