"""Bodies of GET /models and POST /inference."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.facts import FactIn
from app.manifests import ModelManifest


class RefusedModel(BaseModel):
    """A model folder that cannot be served: `id` and `version` are the names of the folders."""

    id: str
    version: str = ""
    reason: str

    @property
    def name(self) -> str:
        """The folder below the models folder."""
        return f"{self.id}/{self.version}" if self.version else self.id


class ModelsOut(BaseModel):
    """The models that are served, and the folders that are not."""

    models: list[ModelManifest]
    refused: list[RefusedModel]


class ArchivePlace(BaseModel):
    """The Orthanc id of the series, and the grant by which it may be read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    series: Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{8}){4}$")]
    grant: Annotated[str, Field(pattern=r"^[!-~]+ [!-~]+$", max_length=100, repr=False)]


Uid = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)+$", max_length=64)]


class SeriesPlace(BaseModel):
    """A series, and where it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    series_instance_uid: Uid
    archive: ArchivePlace


class InferenceIn(BaseModel):
    """What to run on which series, and where it is; of a rule, on which facts.

    `sequences`: by their ids, the series of a model of several beside the reference.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    series_instance_uid: Uid | None = None
    archive: ArchivePlace | None = None
    sequences: dict[str, SeriesPlace] = {}
    facts: dict[str, FactIn] = {}
    model_type: Annotated[str, Field(min_length=1, max_length=64)]
    model_version: Annotated[str, Field(min_length=1, max_length=30)] | None = None
    patient_id: Annotated[str, Field(min_length=1, max_length=64)]
    parameters: dict[str, Any] = {}

    def fingerprint(self) -> str:
        """SHA-256 by which two requests under one idempotency key are compared."""
        places: Any = {"archive": True, "sequences": {"__all__": {"archive"}}}
        return hashlib.sha256(self.model_dump_json(exclude=places).encode()).hexdigest()


class RunState(BaseModel):
    """A run that is not over: `ahead` others run before it; `progress` as the model tells it."""

    state: Literal["waiting", "running"]
    ahead: int
    progress: float
    seconds: float


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


class SeriesRecord(BaseModel):
    """One of the series of a model of several, with the digest of its instances."""

    id: str
    series_instance_uid: str
    sha256: str
    instances: int


class RunRecord(BaseModel):
    """What the run used. `files`: SHA-256 of each weight file, checked when the model was loaded;
    `input_sha256`: see `app.provenance.input_sha256`; `series` are those of a model of several.
    """

    runtime: dict[str, str]
    parameters: dict[str, float]
    files: dict[str, str]
    input_sha256: str
    input_instances: int
    series: list[SeriesRecord] = []


class StatementOut(BaseModel):
    """One step of a rule's reasoning."""

    text: str
    text_ko: str


class InferenceOut(BaseModel):
    """A result. `slices` are the SOP Instance UIDs in ascending position along the normal,
    the order of the mask's third axis; `segmentation` is a preview of the mask, a PNG in base64,
    empty for a model without a mask; `has_probability`: there is a map of probabilities beside the
    mask; times in seconds. A rule has no series and no grid.
    """

    job_id: str
    risk_score: float | None
    confidence: float | None
    segmentation: str
    processing_time: float
    model: ModelRef
    series_instance_uid: str | None
    slices: tuple[str, ...]
    rows: int
    columns: int
    measurements: list[SegmentVolume]
    quantities: list[QuantityValue] = []
    classes: list[ClassProbability] = []
    statements: list[StatementOut] = []
    warnings: list[str]
    has_probability: bool = False
    record: RunRecord | None = None
