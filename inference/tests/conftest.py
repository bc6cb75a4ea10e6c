"""The service as an application, over a fake archive that answers as Orthanc does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import pytest

from app.main import create_app
from app.registry import Registry
from app.settings import Settings
from tests.dicom_maker import Series, load_sample, make_series

TOKEN = "a-token-of-enough-length"  # noqa: S105
SERIES_ID, GRANT = "-".join(["0" * 8] * 5), "20001 a-grant"
Post = Callable[..., Awaitable[httpx.Response]]


class FakeArchive:
    """Orthanc's answers for one series, and for ``others`` by their Orthanc ids.

    ``failure`` replaces every answer.
    """

    def __init__(
        self, series: Series, modality: str = "MR", others: dict[str, Series] | None = None
    ) -> None:
        self.series = series
        self.modality = modality
        self.held = {SERIES_ID: series, **(others or {})}
        self.failure: httpx.Response | Exception | None = None
        self.reads = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if isinstance(self.failure, Exception):
            raise self.failure
        if self.failure is not None:
            return self.failure
        path = request.url.path
        if request.headers.get("X-Series-Grant") != GRANT:
            return httpx.Response(403)
        if path.startswith("/series/"):
            return self._series(path.removeprefix("/series/"))
        self.reads += 1
        uid = path.split("/")[2]
        return httpx.Response(
            200, content=next(one.files[uid] for one in self.held.values() if uid in one.files)
        )

    def _series(self, orthanc_id: str) -> httpx.Response:
        if orthanc_id not in self.held:
            return httpx.Response(404)
        series = self.held[orthanc_id]
        tags = {"SeriesInstanceUID": series.uid, "Modality": self.modality}
        body = {"ID": orthanc_id, "MainDicomTags": tags, "Instances": list(series.files)}
        return httpx.Response(200, json=body)


_STARTED: list[Service] = []


class Service:
    """The application with a client; one per test."""

    def __init__(self, folder: Path, archive: FakeArchive, **settings: Any) -> None:  # noqa: ANN401
        self.archive = archive
        values: dict[str, Any] = {
            "orthanc_url": "http://archive.test",
            "orthanc_username": "inference",
            "orthanc_password": "secret",
            "inference_token": TOKEN,
            "inference_results_dir": folder,
            "inference_extra_models_dir": None,
        }
        self.app = create_app(Settings(**(values | settings)), httpx.MockTransport(archive))
        _STARTED.append(self)

    @property
    def registry(self) -> Registry:
        """The models that it serves."""
        found: Registry = self.app.state.registry
        return found

    def close(self) -> None:
        """End the processes of its models."""
        self.app.state.registrations.close()
        self.registry.close()

    def ask(self, method: str, path: str, **kwargs: Any) -> httpx.Response:  # noqa: ANN401
        """One request, with the token unless headers are given."""
        return asyncio.run(self._ask(method, path, **kwargs))

    async def _ask(self, method: str, path: str, **kwargs: Any) -> httpx.Response:  # noqa: ANN401
        kwargs.setdefault("headers", {"Authorization": f"Bearer {TOKEN}"})
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            return await client.request(method, path, **kwargs)

    def infer(self, key: str | None = None, **changes: Any) -> httpx.Response:  # noqa: ANN401
        headers = {"Authorization": f"Bearer {TOKEN}"}
        if key:
            headers["X-Idempotency-Key"] = key
        body = {
            "series_instance_uid": self.archive.series.uid,
            "model_type": "brain_extraction",
            "patient_id": "P2026-0001",
            "archive": {"series": SERIES_ID, "grant": GRANT},
        } | changes
        return self.ask("POST", "/inference", json=body, headers=headers)


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, code and sentence of an error answer."""
    error = json.loads(answer.content)["error"]
    return answer.status_code, error["code"], error["message"]


@pytest.fixture(autouse=True)
def _models_end_with_their_test() -> Iterator[None]:
    yield
    while _STARTED:
        _STARTED.pop().close()


@pytest.fixture(scope="session")
def head() -> tuple[npt.NDArray[np.int16], npt.NDArray[np.float64]]:
    """Colin27 at 3 mm: a real head, quick to send."""
    voxels, affine = load_sample("colin27_t1.nii.gz")
    coarse = affine.copy()
    coarse[:3, :3] *= 3
    return voxels[::3, ::3, ::3], coarse


@pytest.fixture(scope="session")
def head_series(head: tuple[npt.NDArray[np.int16], npt.NDArray[np.float64]]) -> Series:
    return make_series(*head)


@pytest.fixture
def service(tmp_path: Path, head_series: Series) -> Service:
    return Service(tmp_path, FakeArchive(head_series))
