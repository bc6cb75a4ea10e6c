"""A model's manifest: the same fields as ``inference/manifest.schema.json``, typed.

It is parsed where it comes in (the inference service, a job's row) and written where it goes out
(a job's row, the API). inference/README.md says what each field means.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, JsonValue, TypeAdapter, ValidationError

Text = Annotated[str, Field(min_length=1)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
RunKind = Literal["network", "rule", "assist", "remote"]
Weighting = Literal["T1", "T2", "FLAIR", "PD", "T2*", "DWI"]
Orientation = Literal["axial", "coronal", "sagittal"]
Bounds = tuple[float, float]
WindowWidth = Annotated[int, Field(ge=1, le=1024)]


class ManifestError(ValueError):
    """The manifest lacks a field or contradicts itself. The text names fields, never values."""


@dataclass(frozen=True)
class CodeSpec:
    """A coded concept: code value, coding scheme and meaning (PS3.3 8.8)."""

    value: str
    scheme: str
    meaning: str


@dataclass(frozen=True)
class ManifestSegment:
    """One label of the mask; ``plausible_ml`` are the bounds of its volume."""

    number: Annotated[int, Field(ge=1, le=255)]
    label: Text
    category: CodeSpec
    type: CodeSpec
    label_ko: str = ""
    color: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")] | None = None
    plausible_ml: Bounds | None = None


@dataclass(frozen=True)
class ManifestQuantity:
    """A number that the model measures, in ``unit`` (UCUM)."""

    id: Key
    label: Text
    unit: Annotated[str, Field(min_length=1, max_length=20)]
    label_ko: str = ""
    code: CodeSpec | None = None
    plausible: Bounds | None = None


@dataclass(frozen=True)
class ManifestClass:
    """One of the classes that a model chooses from."""

    id: Key
    label: Text
    label_ko: str = ""
    code: CodeSpec | None = None


@dataclass(frozen=True)
class ContrastGate:
    check: Literal["contrast"]


@dataclass(frozen=True)
class DarkAirGate:
    check: Literal["dark_air"]
    subject: str = "body"
    min_dark_corners: Annotated[int, Field(ge=1, le=8)] = 5
    max_corner_signal: Annotated[float, Field(gt=0, le=1)] = 0.1


@dataclass(frozen=True)
class TextureGate:
    check: Literal["texture"]
    window_mm: Annotated[float, Field(gt=0)] = 15.0
    min_detail: Annotated[float, Field(ge=0)] = 0.04
    min_neighbour_correlation: Annotated[float, Field(ge=-1, le=1)] = 0.1


ManifestGate = Annotated[ContrastGate | DarkAirGate | TextureGate, Field(discriminator="check")]


@dataclass(frozen=True)
class ManifestParameter:
    default: float
    minimum: float
    maximum: float
    description: str = ""


@dataclass(frozen=True)
class ManifestFact:
    """Something known about the patient, in ``unit`` (UCUM) or one of ``choices``.

    A number lies from ``minimum`` to ``maximum``.

    ``when``: other facts with their values: only then is it needed. ``given``: no record holds it,
    the doctor who asks says it.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    label: Text
    label_ko: str = ""
    unit: Annotated[str, Field(max_length=20)] = ""
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    required: bool = True
    max_age_days: Annotated[int, Field(ge=1)] | None = None
    when: Mapping[str, bool | str] = field(default_factory=dict)
    given: bool = False

    def holds(self, value: float) -> bool:
        """Whether a number is finite and within the bounds."""
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        return low <= value <= high and -math.inf < value < math.inf

    @property
    def bounds(self) -> str:
        low = "" if self.minimum is None else f" from {self.minimum:g}"
        return low + ("" if self.maximum is None else f" to {self.maximum:g}")


@dataclass(frozen=True)
class ManifestResources:
    """What one run may use; None is what the service allows at most, 0 threads all cores."""

    memory_mb: Annotated[int, Field(ge=256)] | None = None
    seconds: Annotated[int, Field(ge=1)] | None = None
    threads: Annotated[int, Field(ge=0, le=256)] = 0


@dataclass(frozen=True)
class ManifestSequence:
    """One of several series that a model needs together; ``modality``: else that of the inputs."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,20}$")]
    label: Text
    label_ko: str = ""
    modality: str = ""
    weightings: tuple[Weighting, ...] = ()
    contrast_agent: bool | None = None

    @property
    def name(self) -> str:
        """As a job's row names its series."""
        return self.id


@dataclass(frozen=True)
class ManifestInputs:
    """What a series must be; mm, ms, years. ``weightings`` and ``contrast_agent`` are of MR.

    ``facts`` are what must be known of the patient. ``sequences`` are the series that a model needs
    together; the result lies on the grid of ``reference``.
    """

    modalities: tuple[str, ...] = ()
    description: str = ""
    description_ko: str | None = None
    body_parts: tuple[str, ...] = ()
    min_slices: Annotated[int, Field(ge=2)] = 2
    max_slices: int = 1024
    max_spacing_mm: float | None = None
    max_slice_distance_mm: float | None = None
    min_extent_mm: float = 0.0
    orientations: tuple[Orientation, ...] = ()
    max_echo_time_ms: float | None = None
    min_age_years: int | None = None
    max_age_years: int | None = None
    weightings: tuple[Weighting, ...] = ()
    contrast_agent: bool | None = None
    facts: tuple[ManifestFact, ...] = ()
    sequences: Annotated[tuple[ManifestSequence, ...], Field(max_length=10)] = ()
    reference: str = ""
    max_days_apart: Annotated[int, Field(ge=0)] = 1

    def __post_init__(self) -> None:
        ids = [one.id for one in self.sequences]
        if len(ids) != len(set(ids)) or self.reference not in (ids or [""]):
            raise ValueError("sequences have ids of their own, one of which is the reference")


@dataclass(frozen=True)
class ManifestRemote:
    """A model of a server that the operator of the inference service named."""

    server: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    protocol: Literal["kserve", "nninteractive"] = "kserve"
    model: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{0,100}$")] = ""
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{0,40}$")] = ""
    input: Annotated[str, Field(min_length=1, max_length=100)] = "image"
    output: Annotated[str, Field(min_length=1, max_length=100)] = "labels"


@dataclass(frozen=True)
class ManifestNetwork:
    """How the service runs a network without a runner: spacing in mm, window in voxels."""

    spacing_mm: Annotated[float, Field(ge=0.1, le=20)] = 1.0
    window: tuple[WindowWidth, WindowWidth, WindowWidth] = (96, 96, 96)
    overlap: Annotated[float, Field(ge=0, le=0.9)] = 0.5
    value_range: Bounds | None = None


@dataclass(frozen=True)
class ManifestOutputs:
    """What the model returns: a mask if, and only if, it declares segments."""

    segments: Annotated[tuple[ManifestSegment, ...], Field(max_length=255)] = ()
    quantities: tuple[ManifestQuantity, ...] = ()
    classes: tuple[ManifestClass, ...] = ()
    confidence: str | None = None
    confidence_ko: str | None = None
    confidence_label: str = ""
    confidence_label_ko: str = ""
    risk_score: str | None = None
    risk_score_ko: str | None = None

    def __post_init__(self) -> None:
        if [s.number for s in self.segments] != list(range(1, len(self.segments) + 1)):
            raise ValueError("segments are numbered 1, 2, 3, …")
        if not (self.segments or self.quantities or self.classes or self.risk_score):
            raise ValueError("the model declares no output")


@dataclass(frozen=True)
class ModelManifest:
    """What the hospital knows of a model.

    Licence and intended use are required of a new manifest; rows may hold one without.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,60}$")]
    version: Annotated[str, Field(min_length=1, max_length=30)]
    name: Text
    kind: RunKind
    result_kind: Annotated[str, Field(pattern=r"^[a-z_]{1,30}$")]
    inputs: ManifestInputs
    outputs: ManifestOutputs
    name_ko: str = ""
    algorithm_name: str = ""
    manufacturer: str = ""
    udi: str = ""
    description: str = ""
    description_ko: str | None = None
    body_site: CodeSpec | None = None
    gates: tuple[ManifestGate, ...] = ()
    parameters: Mapping[str, ManifestParameter] = field(default_factory=dict)
    resources: ManifestResources = ManifestResources()
    remote: ManifestRemote | None = None
    network: ManifestNetwork | None = None
    licence: str = ""
    source: str = ""
    intended_use: str = ""
    intended_use_ko: str | None = None
    limits: tuple[str, ...] = ()
    limits_ko: tuple[str, ...] = ()
    contraindications: tuple[str, ...] = ()
    contraindications_ko: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.result_kind == "segmentation" and not self.outputs.segments:
            raise ValueError("a segmentation model declares segments")
        if self.kind == "rule" and not self.inputs.facts:
            raise ValueError("a rule declares facts")
        if self.kind != "rule" and not self.inputs.modalities:
            raise ValueError("a model of images declares modalities")

    @property
    def makes_mask(self) -> bool:
        return bool(self.outputs.segments)

    def to_json(self) -> dict[str, JsonValue]:
        """As a row and the API hold it."""
        written: dict[str, JsonValue] = ADAPTER.dump_python(self, mode="json")
        return written


ADAPTER = TypeAdapter(ModelManifest)


def with_result_kind(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """A manifest of before, whose ``kind`` is that of its result, as one of now."""
    kind = raw.get("kind")
    if "result_kind" in raw or kind is None or kind in get_args(RunKind):
        return raw
    return {**raw, "kind": "network", "result_kind": kind}


def parse_manifest(value: object) -> ModelManifest:
    """A manifest from JSON; fields of a newer service are left out.

    Raises:
        ManifestError: names the fields at fault.
    """
    try:
        raw = with_result_kind(value) if isinstance(value, Mapping) else value
        return ADAPTER.validate_python(raw)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        names = (f"{'.'.join(map(str, f['loc'])) or 'manifest'}: {f['type']}" for f in faults)
        raise ManifestError("; ".join(names)) from None


@dataclass(frozen=True)
class SegmentAlgorithm:
    """How an imported segment was made, as its file says or a person who knows; "" is unknown.

    ``type`` is Segment Algorithm Type (0062,0008), ``name`` Segment Algorithm Name (0062,0009),
    ``identification`` the items of Segmentation Algorithm Identification Sequence (0062,0007) in
    DICOM JSON.
    """

    type: Literal["AUTOMATIC", "SEMIAUTOMATIC", "MANUAL", ""] = ""
    name: Annotated[str, Field(max_length=64)] = ""
    identification: tuple[dict[str, JsonValue], ...] = ()


NOT_STATED = SegmentAlgorithm()


@dataclass(frozen=True)
class TrackedSegment(ManifestSegment):
    """A segment of one job's mask; its tracking stays the same over all versions.

    ``algorithm``: of an imported one, how it was made.
    """

    tracking_id: str = ""
    tracking_uid: str = ""
    algorithm: SegmentAlgorithm = NOT_STATED


TRACKED_SEGMENTS = TypeAdapter(tuple[TrackedSegment, ...])
