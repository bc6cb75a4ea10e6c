"""The inference service: models, one run, its mask."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import requests
from django.conf import settings
from pydantic import BaseModel, Field, ValidationError

from common.errors import AppError, BusinessError, ErrorCode, ExternalError, NotFound
from common.http.client import HttpClient
from common.idempotency.services import HEADER as IDEMPOTENCY_HEADER

REFUSAL_MAX_CHARS = 300


class RunResult(BaseModel):
    """The answer of ``POST /inference``; ``slices`` ascend in position."""

    job_id: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$")
    risk_score: float | None = Field(ge=0, le=1)
    confidence: float | None = Field(ge=0, le=1)
    processing_time: float = Field(ge=0)
    segmentation: str
    slices: list[str]
    rows: int = Field(ge=1, le=65535)
    columns: int = Field(ge=1, le=65535)
    warnings: list[str] = []


@dataclass(frozen=True, slots=True)
class ModelManifest:
    """What the hospital needs to know of a model; ``raw`` is the whole manifest."""

    id: str
    version: str
    kind: str
    modalities: frozenset[str]
    min_slices: int
    raw: dict[str, Any]


class InferenceClient(HttpClient):
    """Refusals (422) are BusinessError; nonsense is a final ExternalError."""

    def __init__(self) -> None:
        super().__init__(
            settings.INFERENCE_URL,
            unavailable=ErrorCode.INFERENCE_UNAVAILABLE,
            read_timeout_s=10,
        )
        self.session.headers["Authorization"] = f"Bearer {settings.INFERENCE_TOKEN}"

    def models(self) -> list[ModelManifest]:
        body = self._json(self.request("GET", "/models"))
        try:
            return [_manifest(raw) for raw in body["models"]]
        except (KeyError, TypeError):
            raise _nonsense("manifest") from None

    def run(
        self,
        *,
        series_instance_uid: str,
        model_id: str,
        patient_id: str,
        parameters: dict[str, Any],
        idempotency_key: str,
    ) -> RunResult:
        """Run a model on a series and wait. The same key answers the stored result."""
        response = self.request(
            "POST",
            "/inference",
            json={
                "series_instance_uid": series_instance_uid,
                "model_type": model_id,
                "patient_id": patient_id,
                "parameters": parameters,
            },
            headers={IDEMPOTENCY_HEADER: idempotency_key},
            read_timeout_s=settings.INFERENCE_TIMEOUT_S,
        )
        try:
            return RunResult.model_validate(self._json(response))
        except ValidationError:
            raise _nonsense("result") from None

    def mask(self, job_id: str) -> bytes:
        """The gzipped NIfTI of a run."""
        response = self.request("GET", f"/inference/{job_id}/mask", read_timeout_s=60)
        if response.status_code != 200:
            raise _nonsense(f"mask status {response.status_code}")
        return response.content

    def _json(self, response: requests.Response) -> dict[str, Any]:
        try:
            body = response.json()
        except ValueError:
            raise _nonsense("not JSON") from None
        if not isinstance(body, dict):
            raise _nonsense("not an object")
        if response.status_code >= 400:
            raise _refusal(response.status_code, body)
        return body


def _manifest(raw: dict[str, Any]) -> ModelManifest:
    return ModelManifest(
        id=str(raw["id"]),
        version=str(raw["version"]),
        kind=str(raw["kind"]),
        modalities=frozenset(raw["inputs"]["modalities"]),
        min_slices=int(raw["inputs"].get("min_slices", 2)),
        raw=raw,
    )


def _nonsense(what: str) -> ExternalError:
    return ExternalError(ErrorCode.INFERENCE_FAILED, what, retryable=False)


def _refusal(status: int, body: dict[str, Any]) -> AppError:
    error = body.get("error")
    code = str(error.get("code", "")) if isinstance(error, dict) else ""
    sentence = str(error.get("message", "")) if isinstance(error, dict) else ""
    if status == 422:
        return BusinessError(ErrorCode.MODEL_REFUSED_INPUT, sentence[:REFUSAL_MAX_CHARS])
    if status == 404 and code == "model_not_found":
        return NotFound(ErrorCode.MODEL_NOT_FOUND, field="model_type")
    return ExternalError(ErrorCode.INFERENCE_FAILED, f"status {status} {code}", retryable=False)


@cache
def inference() -> InferenceClient:
    """The process's one client: one session, one breaker."""
    return InferenceClient()
