"""The inference service: models, one run, its mask."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

import requests
from django.conf import settings
from pydantic import BaseModel, Field, ValidationError, field_validator

from common.errors import AppError, BusinessError, ErrorCode, ExternalError, NotFound
from common.http.client import TIMED_OUT, HttpClient
from common.idempotency.services import HEADER as IDEMPOTENCY_HEADER

REFUSAL_MAX_CHARS = 300


class RunResult(BaseModel):
    """The answer of ``POST /inference``; ``slices`` ascend in position."""

    job_id: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$")
    risk_score: float | None = Field(ge=0, le=1)
    confidence: float | None = Field(ge=0, le=1)
    processing_time: float = Field(ge=0, allow_inf_nan=False)
    segmentation: str
    slices: list[str]
    rows: int = Field(ge=1, le=65535)
    columns: int = Field(ge=1, le=65535)
    warnings: list[str] = []

    @field_validator("segmentation")
    @classmethod
    def _is_base64(cls, value: str) -> str:
        base64.b64decode(value, validate=True)
        return value


class _Code(BaseModel):
    value: str
    scheme: str
    meaning: str


class _Segment(BaseModel):
    number: int
    label: str = Field(min_length=1)
    category: _Code
    type: _Code


class _Inputs(BaseModel):
    modalities: frozenset[str]
    min_slices: int = 2


class _Outputs(BaseModel):
    segments: list[_Segment] = Field(min_length=1, max_length=255)

    @field_validator("segments")
    @classmethod
    def _are_numbered(cls, segments: list[_Segment]) -> list[_Segment]:
        if [s.number for s in segments] != list(range(1, len(segments) + 1)):
            raise ValueError("segments are numbered 1, 2, 3, …")
        return segments


class ModelManifest(BaseModel):
    """What the hospital needs to know of a model; ``raw`` is the whole manifest."""

    id: str = Field(max_length=60)
    version: str = Field(max_length=30)
    name: str
    kind: str
    inputs: _Inputs
    outputs: _Outputs
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
            return [ModelManifest.model_validate({**raw, "raw": raw}) for raw in body["models"]]
        except (KeyError, TypeError, ValidationError):
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
        """Run a model on a series and wait. The same key answers the stored result.

        A model that hangs would hang again: its time-out is final.
        """
        body = {
            "series_instance_uid": series_instance_uid,
            "model_type": model_id,
            "patient_id": patient_id,
            "parameters": parameters,
        }
        try:
            response = self.request(
                "POST",
                "/inference",
                json=body,
                headers={IDEMPOTENCY_HEADER: idempotency_key},
                read_timeout_s=settings.INFERENCE_TIMEOUT_S,
            )
        except ExternalError as error:
            if error.detail == TIMED_OUT:
                error.retryable = False
            raise
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
