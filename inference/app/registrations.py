"""Two series of one patient laid over each other, and the one on the grid of the other.

It runs in a process of its own, as a model does, and beside the models: whoever waits for a
fusion waits for no network.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import logging
import time
from pathlib import Path
from typing import Annotated, Any, cast

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from app.archive import ArchiveReader
from app.dicom import Slice, read_slices
from app.errors import Busy, RequestInvalid, ResultNotFound
from app.images import png
from app.processes import IsolatedRunner, Limits, Processes, Run, Spec, current_run
from app.schemas import RunState, SeriesPlace
from app.sequences import check_one_patient
from app.volume import assemble

QUEUE = 8
_log = logging.getLogger("inference.registration")
Number = Annotated[float, Field(allow_inf_nan=False)]
Row = Annotated[list[Number], Field(min_length=4, max_length=4)]
Transform = Annotated[list[Row], Field(min_length=4, max_length=4)]


class RegistrationIn(BaseModel):
    """The series that stays, and the one that is to lie over it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fixed: SeriesPlace
    moving: SeriesPlace


class RegistrationOut(BaseModel):
    """`transform`: 4x4, moving to fixed, LPS mm. `checkerboard`: base64 of a PNG, see
    `app.checkerboard`; the rest as in `app.rigid.RigidResult`."""

    transform: Transform
    error_mm: float
    flagged: bool
    reasons: list[str]
    repetitions: dict[str, float]
    seconds: float
    checkerboard: str


class ResamplingIn(RegistrationIn):
    """With the transform that was accepted."""

    transform: Transform


class ResamplingOut(BaseModel):
    """`slices`: those of the fixed series. `values`: base64 of gzip of int16, little endian, slices
    x rows x columns; times `slope` plus `intercept` they are the moving series' own."""

    slices: tuple[str, ...]
    rows: int
    columns: int
    slope: float
    intercept: float
    values: str


class RegistrationService:
    """One at a time; `QUEUE` others may wait."""

    def __init__(self, *, archive: ArchiveReader, limits: Limits) -> None:
        self._archive = archive
        self._processes = Processes()
        spec = Spec("registration", "1", Path(__file__).parent, limits, runner="app.rigid")
        self.runner = IsolatedRunner(self._processes, spec)
        self._free = asyncio.Semaphore(1)
        self._runs: dict[str, tuple[RegistrationIn, Run, asyncio.Task[RegistrationOut]]] = {}

    def close(self) -> None:
        """End what runs."""
        for _, run, _ in self._runs.values():
            run.cancel()
        self._processes.close()

    async def register(self, request: RegistrationIn, key: str) -> RegistrationOut:
        """Where the moving series lies. Who asks again under the same key waits for the same run.

        Raises:
            InferenceError: of `app.errors`.
        """
        known = self._runs.get(key)
        if known is None:
            if len(self._runs) > QUEUE:
                raise Busy
            run = Run()
            task = asyncio.create_task(self._register(request, run))
            self._runs[key] = known = request, run, task
            task.add_done_callback(lambda _: self._runs.pop(key))
        elif _uids(known[0]) != _uids(request):
            raise RequestInvalid("X-Idempotency-Key was already used for another request.")
        return await asyncio.shield(known[2])

    def state(self, key: str) -> RunState:
        """How far the registration of this key is.

        Raises:
            ResultNotFound: it does not go on.
        """
        if key not in self._runs:
            raise ResultNotFound("No registration of this key goes on.")
        run = self._runs[key][1]
        begun = run.started
        return RunState(
            state="waiting" if begun is None else "running",
            ahead=list(self._runs).index(key) if begun is None else 0,
            progress=round(run.progress, 3),
            seconds=round(time.monotonic() - begun, 1) if begun else 0.0,
        )

    async def resample(self, request: ResamplingIn) -> ResamplingOut:
        """The moving series on the grid of the fixed one.

        Raises:
            InferenceError: of `app.errors`.
        """
        async with self._free:
            fixed, moving = await self._volumes(request)
            matrix = np.array(request.transform)
            found = await asyncio.to_thread(self.runner.resample, fixed, moving, matrix)
        values = cast(Any, found["values"]).astype("<i2").tobytes()
        packed = await asyncio.to_thread(gzip.compress, values, 1, mtime=0)
        return ResamplingOut(
            slices=fixed.sop_instance_uids,
            rows=fixed.data.shape[1],
            columns=fixed.data.shape[2],
            slope=found["slope"],
            intercept=found["intercept"],
            values=base64.b64encode(packed).decode(),
        )

    async def _register(self, request: RegistrationIn, run: Run) -> RegistrationOut:
        current_run.set(run)
        async with self._free:
            begun = time.perf_counter()
            volumes = await self._volumes(request)
            found = await asyncio.to_thread(self.runner.register, *volumes)
        seconds = round(time.perf_counter() - begun, 3)
        picture = base64.b64encode(png(found["checkerboard"])).decode()
        _log.info("registration done", extra={"seconds": seconds, "error_mm": found["error_mm"]})
        return RegistrationOut(
            **found | {"transform": found["transform"].tolist(), "checkerboard": picture},
            flagged=bool(found["reasons"]),
            seconds=seconds,
        )

    async def _volumes(self, request: RegistrationIn) -> list[Any]:
        slices: dict[str, list[Slice]] = {}
        for name, place in (("fixed", request.fixed), ("moving", request.moving)):
            reader = self._archive.with_grant(place.archive.grant)
            series = await reader.find_series(
                place.archive.series, series_instance_uid=place.series_instance_uid
            )
            slices[name] = await reader.read_instances(series, read_slices)
        check_one_patient(slices)
        return [await asyncio.to_thread(assemble, each) for each in slices.values()]


def _uids(request: RegistrationIn) -> tuple[str, str]:
    return request.fixed.series_instance_uid, request.moving.series_instance_uid
