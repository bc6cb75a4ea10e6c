"""The inference service: models, one run, its mask."""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal

import requests
from django.conf import settings
from pydantic import AfterValidator, BaseModel, Field, TypeAdapter, ValidationError

from ai.manifest import ManifestError, ModelManifest, parse_manifest
from common.errors import AppError, BusinessError, ErrorCode, ExternalError, NotFound
from common.http.client import TIMED_OUT, HttpClient
from common.http.probe import ask
from common.idempotency.services import HEADER as IDEMPOTENCY_HEADER
from common.once import once
from pacs.delivery.series_grants import SeriesGrant

REFUSAL_MAX_CHARS = 300
ASSIST_TIMEOUT_S = 30
logger = logging.getLogger(__name__)


def _is_base64(value: str) -> str:
    base64.b64decode(value, validate=True)
    return value


Base64Text = Annotated[str, AfterValidator(_is_base64)]


class QuantityValue(BaseModel):
    """The value of a quantity that the manifest declares, in its unit."""

    id: str
    value: float = Field(allow_inf_nan=False)


class ClassProbability(BaseModel):
    """How probable a class is that the manifest declares."""

    id: str
    probability: float = Field(ge=0, le=1)


class SeriesRecord(BaseModel):
    """What was read of one of several series."""

    id: str
    series_instance_uid: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    instances: int = Field(ge=0)


class RunRecord(BaseModel):
    """What a run was made with: versions of the libraries, the parameters as used, SHA-256 of
    the weights and of the input (inference/app/provenance.py says over what)."""

    runtime: dict[str, str]
    parameters: dict[str, float]
    files: dict[str, str]
    input_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    input_instances: int = Field(ge=0)
    series: list[SeriesRecord] = []


class Statement(BaseModel):
    """One step of a rule's reasoning, in both languages."""

    text: str = Field(min_length=1)
    text_ko: str


class RunResult(BaseModel):
    """The answer of ``POST /inference``; ``slices`` ascend in position.

    ``segmentation`` is a preview of the mask, a PNG in base64; empty without a mask.
    """

    job_id: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$")
    risk_score: float | None = Field(ge=0, le=1)
    confidence: float | None = Field(ge=0, le=1)
    processing_time: float = Field(ge=0, allow_inf_nan=False)
    segmentation: Base64Text
    slices: list[str]
    rows: int = Field(ge=0, le=65535)
    columns: int = Field(ge=0, le=65535)
    quantities: list[QuantityValue] = []
    classes: list[ClassProbability] = []
    statements: list[Statement] = []
    warnings: list[str] = []
    has_probability: bool = False
    record: RunRecord | None = None


class AssistResult(BaseModel):
    """The answer of ``POST /assist``; ``slices`` ascend in position.

    ``labelmap``: base64 of gzip of uint8 slices x rows x columns. ``files``: SHA-256 of the
    model's files.
    """

    rows: int = Field(ge=1, le=65535)
    columns: int = Field(ge=1, le=65535)
    slices: list[str]
    labelmap: Base64Text
    volume_ml: float = Field(ge=0, allow_inf_nan=False)
    hint: str = ""
    hint_ko: str = ""
    files: dict[str, str] = {}


class RefusedModel(BaseModel):
    """A folder of a model that the service does not serve."""

    id: str
    version: str = ""
    reason: str


@dataclass(frozen=True)
class Offered:
    """Every model in every version, of each the newest first, and what is refused."""

    models: list[ModelManifest]
    refused: list[RefusedModel]


class RunProgress(BaseModel):
    """A run that goes on: ``ahead`` others come before it."""

    state: Literal["waiting", "running"]
    ahead: int = Field(ge=0)
    progress: float = Field(ge=0, le=1)
    seconds: float = Field(ge=0, allow_inf_nan=False)


class InferenceClient(HttpClient):
    """A refusal (422) is a BusinessError, an invalid answer a final ExternalError."""

    def __init__(self) -> None:
        super().__init__(
            settings.INFERENCE_URL,
            unavailable=ErrorCode.INFERENCE_UNAVAILABLE,
            read_timeout_s=10,
        )
        self.session.headers["Authorization"] = f"Bearer {settings.INFERENCE_TOKEN}"

    def models(self) -> Offered:
        """The models with a manifest that we understand; the log names the others.

        Raises ExternalError when the answer holds none of them though it lists some.
        """
        body = self._json(self.request("GET", "/models"))
        offered = body.get("models")
        if not isinstance(offered, list):
            raise invalid_answer("models")
        usable = [m for position, raw in enumerate(offered) if (m := _manifest(position, raw))]
        if offered and not usable:
            raise invalid_answer("manifest")
        try:
            return Offered(usable, _REFUSED.validate_python(body.get("refused", [])))
        except ValidationError:
            raise invalid_answer("refused") from None

    def run(
        self,
        *,
        series_instance_uid: str,
        model_id: str,
        model_version: str,
        patient_id: str,
        parameters: dict[str, Any],
        idempotency_key: str,
        grant: SeriesGrant,
        sequences: Mapping[str, tuple[str, SeriesGrant]] = MappingProxyType({}),
    ) -> RunResult:
        """Run a model on a series and wait. The same key answers the stored result.

        ``sequences``: UID and grant of the series that a model of several needs beside it.
        A model that hangs would hang again: its time-out is final.
        """
        body: dict[str, Any] = {
            "model_type": model_id,
            "model_version": model_version,
            "patient_id": patient_id,
            "parameters": parameters,
            **series_place(series_instance_uid, grant),
        }
        if sequences:
            body["sequences"] = {name: series_place(*place) for name, place in sequences.items()}
        return self._run(body, idempotency_key)

    def run_rule(
        self,
        *,
        model_id: str,
        model_version: str,
        patient_id: str,
        facts: dict[str, Any],
        parameters: dict[str, Any],
        idempotency_key: str,
    ) -> RunResult:
        """Apply a rule to facts about a patient. The same key answers the stored result."""
        body = {
            "model_type": model_id,
            "model_version": model_version,
            "patient_id": patient_id,
            "facts": facts,
            "parameters": parameters,
        }
        return self._run(body, idempotency_key)

    def _run(self, body: dict[str, Any], idempotency_key: str) -> RunResult:
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
            raise invalid_answer("result") from None

    def assist(
        self,
        *,
        series_instance_uid: str,
        model_id: str,
        model_version: str,
        prompt: dict[str, Any],
        base: dict[str, Any] | None,
        grant: SeriesGrant,
    ) -> AssistResult:
        """What an assist model makes of a prompt, upon the mask ``base`` if there is one.

        Slices are SOP Instance UIDs.
        """
        body = {
            "model_type": model_id,
            "model_version": model_version,
            "prompt": prompt,
            **series_place(series_instance_uid, grant),
        } | ({"base": base} if base else {})
        response = self.request("POST", "/assist", json=body, read_timeout_s=ASSIST_TIMEOUT_S)
        try:
            return AssistResult.model_validate(self._json(response))
        except ValidationError:
            raise invalid_answer("assist") from None

    def cancel(self, idempotency_key: str) -> None:
        """End the run of this key at once; one that is still to come does not start."""
        self.request("DELETE", f"/inference/{idempotency_key}", read_timeout_s=5)

    def mask(self, job_id: str) -> bytes:
        """The gzipped NIfTI of a run."""
        return self._file(job_id, "mask")

    def probability(self, job_id: str) -> bytes:
        """The probability map of a run: gzip of uint8 slices x rows x columns."""
        return self._file(job_id, "probability")

    def _file(self, job_id: str, name: str) -> bytes:
        response = self.request("GET", f"/inference/{job_id}/{name}", read_timeout_s=60)
        if response.status_code != 200:
            raise invalid_answer(f"{name} status {response.status_code}")
        return response.content

    def _json(self, response: requests.Response) -> dict[str, Any]:
        try:
            body = response.json()
        except ValueError:
            raise invalid_answer("not JSON") from None
        if not isinstance(body, dict):
            raise invalid_answer("not an object")
        if response.status_code >= 400:
            raise _refusal(response.status_code, body)
        return body


def series_place(series_instance_uid: str, grant: SeriesGrant) -> dict[str, Any]:
    return {
        "series_instance_uid": series_instance_uid,
        "archive": {"series": grant.series_orthanc_id, "grant": grant.key},
    }


def _manifest(position: int, raw: object) -> ModelManifest | None:
    try:
        return parse_manifest(raw)
    except ManifestError as error:
        logger.error("model %d has an invalid manifest: %s", position, error)
        return None


def invalid_answer(what: str) -> ExternalError:
    return ExternalError(ErrorCode.INFERENCE_FAILED, what, retryable=False)


def _refusal(status: int, body: dict[str, Any]) -> AppError:
    error = body.get("error")
    code = str(error.get("code", "")) if isinstance(error, dict) else ""
    sentence = str(error.get("message", "")) if isinstance(error, dict) else ""
    if code == "cancelled":
        return ExternalError(ErrorCode.INFERENCE_UNAVAILABLE, "the run was ended", retryable=True)
    if code in ("model_failed", "out_of_memory", "timed_out"):
        detail = sentence[:REFUSAL_MAX_CHARS]
        return ExternalError(ErrorCode.INFERENCE_FAILED, detail, retryable=False)
    if code == "drawing_refused":
        return BusinessError(ErrorCode.DRAWING_REFUSED, sentence[:REFUSAL_MAX_CHARS])
    if status == 422:
        return BusinessError(ErrorCode.MODEL_REFUSED_INPUT, sentence[:REFUSAL_MAX_CHARS])
    if status == 404 and code == "model_not_found":
        return NotFound(ErrorCode.MODEL_NOT_FOUND, field="model_type")
    return ExternalError(ErrorCode.INFERENCE_FAILED, f"status {status} {code}", retryable=False)


_REFUSED = TypeAdapter(list[RefusedModel])


def run_state(idempotency_key: str, kind: str = "inference") -> RunProgress | None:
    """How far the run of this key is; None when it does not go on, or nobody can say.

    Whoever waits asks again and again: without retries, and apart from the client's breaker.
    """
    try:
        answer = ask(
            settings.INFERENCE_URL,
            f"/{kind}/{idempotency_key}/progress",
            unavailable=ErrorCode.INFERENCE_UNAVAILABLE,
            headers={"Authorization": f"Bearer {settings.INFERENCE_TOKEN}"},
        )
        return RunProgress.model_validate_json(answer.content)
    except (ExternalError, ValidationError):
        return None


@once
def inference() -> InferenceClient:
    """The process's one client: one session, one breaker."""
    return InferenceClient()
