"""A head is found again after it was moved, and what cannot be relied on is flagged."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import pytest
from scipy import ndimage
from scipy.spatial.transform import Rotation

from app import rigid_search
from app.errors import InputRefused
from app.processes import IsolatedRunner, Limits, Processes, Spec
from app.volume import Volume
from tests.conftest import GRANT, SERIES_ID, TOKEN, FakeArchive, Service, refusal
from tests.dicom_maker import Series, make_series

Head = tuple[npt.NDArray[np.int16], npt.NDArray[np.float64]]
Matrix = npt.NDArray[np.floating[Any]]
OTHER_ID = "-".join(["1" * 8] * 5)
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


@pytest.fixture(scope="module")
def registrar() -> Iterator[Any]:
    """In a process of its own, as in the service."""
    processes = Processes()
    limits = Limits(memory_mb=4096, seconds=60, disk_mb=64, threads=2)
    folder = Path(rigid_search.__file__).parent
    yield IsolatedRunner(processes, Spec("registration", "1", folder, limits, runner="app.rigid"))
    processes.close()


def volume_of(data: npt.NDArray[Any], affine: npt.NDArray[np.float64]) -> Volume:
    return Volume(np.ascontiguousarray(data, np.float32), affine, ())


def moved(head: Head, degrees: list[float], shift: list[float]) -> tuple[Volume, Volume, Matrix]:
    """The head; the same turned, shifted, of inverted contrast; the way back (LPS mm)."""
    voxels, affine = head
    data = np.ascontiguousarray(voxels.transpose(2, 1, 0), np.float32)
    turn = np.eye(4)
    turn[:3, :3] = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()
    turn[:3, 3] = shift
    place = LPS @ affine
    index = np.linalg.inv(place) @ np.linalg.inv(turn) @ place
    order = np.eye(4)[[2, 1, 0, 3]]
    step = order @ index @ order
    there = ndimage.affine_transform(data, step[:3, :3], step[:3, 3], order=1)
    other = np.where(there > 20, there.max() * 1.1 - there, 0)
    noise = np.random.default_rng(1).normal(0, 0.03 * data.max(), data.shape)
    return volume_of(data, affine), volume_of(other + noise, affine), np.linalg.inv(turn)


def off_by(one: Matrix, other: Matrix) -> float:
    """mm at the corners of a head."""
    corners = np.array([[x, y, z, 1] for x in (-60, 60) for y in (-60, 60) for z in (-60, 60)]).T
    return float(np.linalg.norm(((one - other) @ corners)[:3], axis=0).max())


@pytest.mark.parametrize(
    ("degrees", "shift"), [([5, -4, 8], [6, -3, 4]), ([-20, 8, 18], [-14, 24, 10])]
)
def test_a_moved_head_of_another_contrast_is_found(
    registrar: IsolatedRunner, head: Head, degrees: list[float], shift: list[float]
) -> None:
    fixed, moving, back = moved(head, degrees, shift)
    found = registrar.register(fixed, moving)
    assert off_by(found["transform"], back) < 1.0
    assert found["reasons"] == [], found["repetitions"]
    board = found["checkerboard"]
    greys = (board == board[..., :1]).all(axis=2)
    assert 0.4 < greys.mean() < 0.9
    assert board[~greys].any()


def test_noise_is_flagged_or_refused(registrar: IsolatedRunner, head: Head) -> None:
    fixed, _, _ = moved(head, [0, 0, 0], [0, 0, 0])
    noise = np.random.default_rng(2).normal(100, 30, fixed.data.shape)
    try:
        assert registrar.register(fixed, volume_of(noise, fixed.affine_ras))["reasons"]
    except InputRefused:
        return


def test_an_even_image_is_refused(registrar: IsolatedRunner, head: Head) -> None:
    fixed, _, _ = moved(head, [0, 0, 0], [0, 0, 0])
    even = volume_of(np.full(fixed.data.shape, 5), fixed.affine_ras)
    with pytest.raises(InputRefused, match="no contrast"):
        registrar.register(fixed, even)


def test_resampled_it_lies_over_the_fixed_one(registrar: IsolatedRunner, head: Head) -> None:
    fixed, moving, back = moved(head, [3, 2, 6], [5, 4, -3])
    found = registrar.resample(fixed, moving, back)
    values = found["values"] * found["slope"] + found["intercept"]
    inside = ndimage.binary_erosion(fixed.data > 60, iterations=3)
    assert values.shape == fixed.data.shape
    assert np.corrcoef(values[inside], fixed.data[inside])[0, 1] < -0.7  # its contrast is inverted


@pytest.fixture
def other_series(head: Head) -> Series:
    voxels, affine = head
    return make_series((voxels.max() - voxels).astype(np.int16), affine)


def service_with(
    folder: Path, one: Series, other: Series, registrar: IsolatedRunner | None = None
) -> Service:
    service = Service(folder, FakeArchive(one, others={OTHER_ID: other}))
    if registrar is not None:  # loading another takes seconds
        service.app.state.registrations.runner = registrar
    return service


def ask(service: Service, path: str, other: Series, **more: Any) -> httpx.Response:  # noqa: ANN401
    body = {
        name: {
            "series_instance_uid": series.uid,
            "archive": {"series": orthanc_id, "grant": GRANT},
        }
        for name, series, orthanc_id in (
            ("fixed", service.archive.series, SERIES_ID),
            ("moving", other, OTHER_ID),
        )
    }
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Idempotency-Key": "one"}
    return service.ask("POST", path, json=body | more, headers=headers)


def test_the_service_registers_and_resamples(
    tmp_path: Path, head_series: Series, other_series: Series, registrar: IsolatedRunner
) -> None:
    service = service_with(tmp_path, head_series, other_series, registrar)
    found = ask(service, "/registrations", other_series).json()
    assert off_by(np.array(found["transform"]), np.eye(4)) < 1.0
    assert found["error_mm"] < 2.0
    assert base64.b64decode(found["checkerboard"]).startswith(b"\x89PNG")
    made = ask(service, "/resamplings", other_series, transform=found["transform"]).json()
    values = gzip.decompress(base64.b64decode(made["values"]))
    assert len(values) == 2 * len(made["slices"]) * made["rows"] * made["columns"]
    assert service.ask("GET", "/registrations/one/progress").status_code == 404


def test_bad_transforms_are_refused(
    tmp_path: Path, head_series: Series, other_series: Series
) -> None:
    service = service_with(tmp_path, head_series, other_series)
    answer = ask(service, "/resamplings", other_series, transform=[[1, 0], [0, 1]])
    assert refusal(answer)[:2] == (422, "request_invalid")
