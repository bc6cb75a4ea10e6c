"""Bodies of GET /models and POST /inference."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.manifests import ModelManifest


class RefusedModel(BaseModel):
    """A model folder that cannot be served; `id` is the folder's name."""

    id: str
    reason: str


class ModelsOut(BaseModel):
    """The models that are served, and the folders that are not."""

    models: list[ModelManifest]
    refused: list[RefusedModel]


class InferenceIn(BaseModel):
    """What to run on which series; `instance_id` is the Orthanc id of any of its instances."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    instance_id: Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{8}){4}$")] | None = None
    series_instance_uid: (
        Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)+$", max_length=64)] | None
    ) = None
    model_type: Annotated[str, Field(min_length=1, max_length=64)]
    patient_id: Annotated[str, Field(min_length=1, max_length=64)]
    parameters: dict[str, Any] = {}

    @model_validator(mode="after")
    def _one_target(self) -> InferenceIn:
        if not (self.instance_id or self.series_instance_uid):
            raise ValueError("instance_id or series_instance_uid is required")
        return self

    def fingerprint(self) -> str:
        """SHA-256 by which two requests under one idempotency key are compared."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class ModelRef(BaseModel):
    """The model that made a result."""

    id: str
    version: str


class SegmentVolume(BaseModel):
    """The volume of one segment, ml."""

    segment: int
    label: str
    volume_ml: float


class QuantityValue(BaseModel):
    """The value of one declared quantity, in the manifest's unit."""

    id: str
    value: float


class ClassProbability(BaseModel):
    """How probable one declared class is, 0..1."""

    id: str
    probability: float


class InferenceOut(BaseModel):
    """A result. `slices` are the SOP Instance UIDs in ascending position along the normal,
    the order of the mask's third axis; `segmentation` is a preview of the mask, a PNG in base64,
    empty for a model without a mask; times in seconds.
    """

    job_id: str
    risk_score: float | None
    confidence: float | None
    segmentation: str
    processing_time: float
    model: ModelRef
    series_instance_uid: str
    slices: tuple[str, ...]
    rows: int
    columns: int
    measurements: list[SegmentVolume]
    quantities: list[QuantityValue] = []
    classes: list[ClassProbability] = []
    warnings: list[str]
