"""The HTTP application: `uvicorn --factory app.main:create_app`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated
from uuid import UUID

import httpx
from fastapi import FastAPI, Header, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from starlette.exceptions import HTTPException

from app import sandbox
from app.archive import ArchiveReader
from app.assist import AssistIn, AssistOut, AssistService
from app.errors import InferenceError, RequestInvalid, ResultNotFound
from app.logs import configure_logging
from app.middleware import BearerAuth, RequestIdMiddleware, error_response
from app.processes import remove_left_behind
from app.registrations import (
    RegistrationIn,
    RegistrationOut,
    RegistrationService,
    ResamplingIn,
    ResamplingOut,
)
from app.registry import Registry, load_registry
from app.results import MASK, PROBABILITY, ResultStore
from app.schemas import InferenceIn, InferenceOut, ModelsOut, RunState
from app.service import InferenceService
from app.settings import Settings, load_settings

Key = Annotated[str, Path(min_length=1, max_length=200)]
_CLEAN_UP_SECONDS = 300
_log = logging.getLogger("inference")


def create_app(
    settings: Settings | None = None, archive_transport: httpx.AsyncBaseTransport | None = None
) -> FastAPI:
    """Build the service: settings, models, routes.

    Args:
        archive_transport: stands in for the network to Orthanc in unit tests.

    Raises:
        SystemExit: a bad setting, named, or no model that can be served.
    """
    settings = settings or load_settings()
    configure_logging()
    sandbox.hide()
    sandbox.warn_if_open()
    remove_left_behind()
    registry = load_registry(
        settings.model_folders,
        settings.limits,
        {name: str(url) for name, url in settings.inference_remote_servers.items()},
        settings.inference_code_allowed,
    )
    store = ResultStore(settings.inference_results_dir)
    archive = ArchiveReader(
        url=str(settings.orthanc_url),
        username=settings.orthanc_username,
        password=settings.orthanc_password.get_secret_value(),
        timeout=settings.inference_archive_timeout,
        transport=archive_transport,
    )
    service = InferenceService(
        registry=registry, archive=archive, store=store, queue_limit=settings.inference_queue
    )

    registrations = RegistrationService(archive=archive, limits=settings.limits)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(_clean_up(store)),
            asyncio.create_task(_watch(registry, settings.inference_reload_seconds)),
        ]
        yield
        for task in tasks:
            task.cancel()
        service.cancel_all()
        await archive.aclose()
        registrations.close()
        registry.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(BearerAuth, token=settings.inference_token.get_secret_value())
    app.add_middleware(RequestIdMiddleware)
    _add_error_handlers(app)

    _add_routes(app, registry, service, store)
    _add_assist(app, AssistService(registry=registry, archive=archive))
    _add_registrations(app, registrations)
    app.state.registry, app.state.registrations = registry, registrations
    return app


def _add_routes(
    app: FastAPI, registry: Registry, service: InferenceService, store: ResultStore
) -> None:
    @app.get("/healthz")
    async def healthz() -> dict[str, str | int | list[str]]:
        refused = [each.name for each in registry.refused]
        return {"status": "ok", "models": len(registry), "refused": refused}

    @app.get("/models")
    async def models() -> ModelsOut:
        return ModelsOut(models=registry.manifests(), refused=list(registry.refused))

    @app.post("/inference")
    async def infer(
        request: InferenceIn,
        x_idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
    ) -> InferenceOut:
        return await service.infer(request, x_idempotency_key)

    @app.get("/inference/{key}/progress")
    async def progress(key: Key) -> RunState:
        return service.state(key)

    @app.delete("/inference/{key}", status_code=204)
    async def cancel(key: Key) -> None:
        service.cancel(key)

    @app.get("/inference/{job_id}/mask")
    async def mask(job_id: UUID) -> FileResponse:
        return await result_file(job_id, MASK, "nii.gz")

    @app.get("/inference/{job_id}/probability")
    async def probability(job_id: UUID) -> FileResponse:
        return await result_file(job_id, PROBABILITY, "u8.gz")

    async def result_file(job_id: UUID, name: str, ending: str) -> FileResponse:
        path = await asyncio.to_thread(store.file_path, str(job_id), name)
        if path is None:
            raise ResultNotFound
        return FileResponse(path, media_type="application/gzip", filename=f"{job_id}.{ending}")


def _add_assist(app: FastAPI, service: AssistService) -> None:
    @app.post("/assist")
    async def assist(request: AssistIn) -> AssistOut:
        return await service.assist(request)


def _add_registrations(app: FastAPI, service: RegistrationService) -> None:
    @app.post("/registrations")
    async def register(
        request: RegistrationIn,
        x_idempotency_key: Annotated[str, Header(min_length=1, max_length=200)],
    ) -> RegistrationOut:
        return await service.register(request, x_idempotency_key)

    @app.get("/registrations/{key}/progress")
    async def registration_progress(key: Key) -> RunState:
        return service.state(key)

    @app.post("/resamplings")
    async def resample(request: ResamplingIn) -> ResamplingOut:
        return await service.resample(request)


def _add_error_handlers(app: FastAPI) -> None:
    @app.exception_handler(InferenceError)
    async def refused(_: Request, error: InferenceError) -> JSONResponse:
        return error_response(error)

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        faults = (
            f"{'.'.join(str(part) for part in fault['loc'][1:])}: {fault['msg']}"
            for fault in error.errors()
        )
        return error_response(RequestInvalid("; ".join(faults)))

    @app.exception_handler(HTTPException)
    async def no_route(_: Request, error: HTTPException) -> JSONResponse:
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
        body = {"error": {"code": code, "message": str(error.detail)}}
        return JSONResponse(body, status_code=error.status_code, headers=error.headers)

    @app.exception_handler(Exception)
    async def unexpected(_: Request, __: Exception) -> JSONResponse:
        body = {"error": {"code": "internal", "message": "Unexpected error; see the log."}}
        return JSONResponse(body, status_code=500)


async def _watch(registry: Registry, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await asyncio.to_thread(registry.reload)
        except OSError as error:
            _log.error("models folder not readable", extra={"error_type": type(error).__name__})


async def _clean_up(store: ResultStore) -> None:
    while True:
        with suppress(OSError):
            removed = await asyncio.to_thread(store.remove_expired)
            if removed:
                _log.info("results expired", extra={"count": removed})
        await asyncio.sleep(_CLEAN_UP_SECONDS)
