"""One inference job from request to stored result, one model run at a time."""

from __future__ import annotations

import asyncio
import base64
import logging
import time
import uuid
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import chain

from app import gates, images, predictions, sequences
from app.archive import ArchiveReader, ArchiveSeries
from app.dicom import Slice, read_slices
from app.errors import (
    Busy,
    Cancelled,
    InferenceError,
    ModelFailed,
    RequestInvalid,
    ResultNotFound,
)
from app.manifests import ModelManifest
from app.processes import Run, current_run
from app.provenance import run_record
from app.registry import Model, Registry
from app.results import MASK, PROBABILITY, ResultStore, StoredResult
from app.rules import run_rule
from app.runner import Prediction
from app.schemas import InferenceIn, InferenceOut, ModelRef, RunState
from app.volume import Volume, assemble

_KEY_NAMESPACE = uuid.UUID("5b0c7e52-35a4-4c07-9d6e-6e0a4f8f2a61")
_CANCELLED_KEPT = 1000
_log = logging.getLogger("inference.job")


@dataclass(frozen=True)
class _Job:
    job_id: str
    request: InferenceIn
    model: Model
    parameters: dict[str, float]
    series: dict[str, ArchiveSeries]
    """By the id of the sequence; of a model of one series under `sequences.ONLY`."""
    started: float

    @property
    def reference(self) -> str:
        """The id of the series on whose grid the result lies."""
        return self.model.manifest.inputs.reference


@dataclass(frozen=True)
class _Active:
    """A job that is not over."""

    fingerprint: str
    run: Run
    task: asyncio.Task[InferenceOut]


class InferenceService:
    """Runs jobs. A request that arrives while `queue_limit` others wait is refused as busy."""

    def __init__(
        self, *, registry: Registry, archive: ArchiveReader, store: ResultStore, queue_limit: int
    ) -> None:
        self._registry = registry
        self._archive = archive
        self._store = store
        self._queue_limit = queue_limit
        self._waiting = 0
        self._model_free = asyncio.Semaphore(1)
        self._active: dict[str, _Active] = {}
        self._cancelled_early: deque[str] = deque(maxlen=_CANCELLED_KEPT)

    async def infer(self, request: InferenceIn, idempotency_key: str | None) -> InferenceOut:
        """Run the model on the series, or answer what the same key has already produced.

        A second call under a key whose job still runs waits for that job. A job goes on when
        its caller hangs up, so that a repeated call finds the result.

        Raises:
            RequestInvalid: the key was used for another request.
            InferenceError: any other of `app.errors`.
        """
        if idempotency_key is None:
            return await self._start(str(uuid.uuid4()), request)
        job_id = _job_id(idempotency_key)
        fingerprint = request.fingerprint()
        stored = await asyncio.to_thread(self._store.load, job_id)
        if stored is not None:
            _check_same(stored.fingerprint, fingerprint)
            return stored.result
        if job_id in self._active:
            active = self._active[job_id]
            _check_same(active.fingerprint, fingerprint)
            return await asyncio.shield(active.task)
        return await self._start(job_id, request)

    def cancel(self, idempotency_key: str) -> None:
        """End the run of this key at once; one that is still to come does not start."""
        job_id = _job_id(idempotency_key)
        if job_id in self._active:
            _end(self._active[job_id])
        else:
            self._cancelled_early.append(job_id)

    def cancel_all(self) -> None:
        """End every run."""
        for active in list(self._active.values()):
            _end(active)

    def state(self, idempotency_key: str) -> RunState:
        """How far the run of this key is.

        Raises:
            ResultNotFound: no such run goes on.
        """
        job_id = _job_id(idempotency_key)
        if job_id not in self._active:
            raise ResultNotFound("No run of this key goes on.")
        run = self._active[job_id].run
        ahead = list(self._active).index(job_id) if run.started is None else 0
        return RunState(
            state="waiting" if run.started is None else "running",
            ahead=ahead,
            progress=round(run.progress, 3),
            seconds=round(time.monotonic() - run.started, 1) if run.started else 0.0,
        )

    async def _start(self, job_id: str, request: InferenceIn) -> InferenceOut:
        if job_id in self._cancelled_early:
            raise Cancelled
        run = Run()
        task = asyncio.create_task(self._cancellable(job_id, request, run))
        self._active[job_id] = _Active(request.fingerprint(), run, task)
        task.add_done_callback(lambda done: self._release(job_id, done))
        return await asyncio.shield(task)

    async def _cancellable(self, job_id: str, request: InferenceIn, run: Run) -> InferenceOut:
        current_run.set(run)
        try:
            return await self._run(job_id, request)
        except asyncio.CancelledError:
            if run.cancelled.is_set():
                raise Cancelled from None
            raise

    def _release(self, job_id: str, task: asyncio.Task[InferenceOut]) -> None:
        del self._active[job_id]
        if not task.cancelled() and (error := task.exception()) is not None:
            code = error.code if isinstance(error, InferenceError) else type(error).__name__
            _log.warning("job refused", extra={"job_id": job_id, "code": code})

    async def _run(self, job_id: str, request: InferenceIn) -> InferenceOut:
        model = self._registry.get(request.model_type, request.model_version)
        if model.manifest.kind == "rule":
            return await asyncio.to_thread(run_rule, self._store, job_id, request, model)
        inputs = model.manifest.inputs
        places = sequences.places_asked(request, inputs)
        parameters = model.manifest.resolve_parameters(request.parameters)
        readers = {name: self._archive.with_grant(at.archive.grant) for name, at in places.items()}
        found = {}
        for name, place in places.items():
            found[name] = await readers[name].find_series(
                place.archive.series, series_instance_uid=place.series_instance_uid
            )
            with sequences.named(name, inputs):
                gates.check_series(found[name], inputs, sequences.modalities(name, inputs))
        async with self._model_slot():
            job = _Job(job_id, request, model, parameters, found, time.perf_counter())
            slices = {
                name: await readers[name].read_instances(series, read_slices)
                for name, series in found.items()
            }
            _of_this_task().in_thread = True
            return await asyncio.to_thread(self._compute, job, slices)

    @asynccontextmanager
    async def _model_slot(self) -> AsyncIterator[None]:
        if self._model_free.locked() and self._waiting >= self._queue_limit:
            raise Busy
        self._waiting += 1
        try:
            await self._model_free.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._model_free.release()

    def _compute(self, job: _Job, slices: dict[str, list[Slice]]) -> InferenceOut:
        try:
            return self._predict_and_store(job, slices)
        except InferenceError:
            raise
        except Exception as error:
            _log.exception("model failed", extra={"job_id": job.job_id})
            raise ModelFailed from error

    def _predict_and_store(self, job: _Job, slices: dict[str, list[Slice]]) -> InferenceOut:
        manifest = job.model.manifest
        fetched = time.perf_counter()
        sequences.check_one_patient(slices)
        warnings = gates.series_warnings(
            slices[job.reference], job.request.patient_id, manifest.inputs
        )
        volumes = {name: _volume(name, series, manifest) for name, series in slices.items()}
        volume = volumes[job.reference]

        model_started = time.perf_counter()
        given = volumes if manifest.inputs.sequences else volume
        prediction = job.model.runner.run(given, job.parameters)
        model_seconds = time.perf_counter() - model_started

        predictions.check_prediction(prediction, manifest.outputs, volume)
        result = _result(job, prediction, volume, warnings)
        uids = {name: series.series_instance_uid for name, series in job.series.items()}
        result.record = run_record(
            job.model.files,
            job.parameters,
            chain.from_iterable(slices.values()),
            sequences.series_records(slices, uids),
        )
        self._store.save(
            StoredResult(job.request.fingerprint(), result), _files(prediction, volume)
        )
        _log_done(result, fetched - job.started, model_seconds)
        return result


def _volume(name: str, slices: list[Slice], manifest: ModelManifest) -> Volume:
    with sequences.named(name, manifest.inputs):
        gates.check_echo_time(slices, manifest.inputs)
        volume = assemble(slices)
        gates.check_volume(volume, manifest.inputs)
        gates.check_gates(volume, manifest.gates)
        return volume


def _files(prediction: Prediction, volume: Volume) -> dict[str, bytes]:
    files = {}
    if prediction.labels is not None:
        files[MASK] = images.mask_nifti(prediction.labels, volume)
    if prediction.probability is not None:
        files[PROBABILITY] = images.probability_bytes(prediction.probability)
    return files


def _result(job: _Job, prediction: Prediction, volume: Volume, warnings: list[str]) -> InferenceOut:
    manifest, labels = job.model.manifest, prediction.labels
    preview, volumes = b"", []
    if labels is not None:
        volumes = predictions.segment_volumes(labels, manifest.outputs, volume)
        preview = images.preview_png(labels, volume, manifest.outputs.segments)
        warnings = warnings + predictions.cut_warnings(labels, volume)
    return InferenceOut(
        job_id=job.job_id,
        risk_score=prediction.risk_score,
        confidence=prediction.confidence,
        segmentation=base64.b64encode(preview).decode(),
        processing_time=round(time.perf_counter() - job.started, 3),
        model=ModelRef(id=manifest.id, version=manifest.version),
        series_instance_uid=job.series[job.reference].series_instance_uid,
        slices=volume.sop_instance_uids,
        rows=volume.data.shape[1],
        columns=volume.data.shape[2],
        measurements=volumes,
        quantities=predictions.quantity_values(prediction, manifest.outputs),
        classes=predictions.class_probabilities(prediction, manifest.outputs),
        warnings=warnings,
        has_probability=prediction.probability is not None,
    )


def _log_done(result: InferenceOut, fetch_seconds: float, model_seconds: float) -> None:
    _log.info(
        "job done",
        extra={
            "job_id": result.job_id,
            "series_instance_uid": result.series_instance_uid,
            "model": result.model.id,
            "slices": len(result.slices),
            "fetch_seconds": round(fetch_seconds, 3),
            "model_seconds": round(model_seconds, 3),
            "total_seconds": result.processing_time,
        },
    )


def _job_id(idempotency_key: str) -> str:
    return str(uuid.uuid5(_KEY_NAMESPACE, idempotency_key))


def _of_this_task() -> Run:
    return current_run.get() or Run()


def _end(active: _Active) -> None:
    active.run.cancel()
    if not active.run.in_thread:
        active.task.cancel()


def _check_same(known: str, given: str) -> None:
    if known != given:
        raise RequestInvalid("X-Idempotency-Key was already used for another request.")
