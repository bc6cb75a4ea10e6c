"""What a model says about itself: its `manifest.json`.

README.md explains every field to model authors; `manifest.schema.json` is generated from here
(`python -m app.manifests`), and the Django side holds its own types equal to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.errors import RequestInvalid

Weighting = Literal["T1", "T2", "FLAIR", "PD", "T2*", "DWI"]
WindowWidth = Annotated[int, Field(ge=1, le=1024)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Code(_Part):
    """A coded concept: DICOM PS3.3 8.8 code value, coding scheme and meaning."""

    value: str
    scheme: str
    meaning: str


class Segment(_Part):
    """One label of the mask. `plausible_ml` bounds its volume; outside it, the run is refused."""

    number: Annotated[int, Field(ge=1, le=255)]
    label: Annotated[str, Field(min_length=1)]
    label_ko: str = ""
    color: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")] | None = None
    category: Code
    type: Code
    plausible_ml: tuple[float, float] | None = None


class Quantity(_Part):
    """A number that the model measures. `unit` is a UCUM code (`mm`, `mL`, `1`).

    `code` says what is measured; `plausible` bounds the value, outside it the run is refused.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    label: Annotated[str, Field(min_length=1)]
    label_ko: str = ""
    unit: Annotated[str, Field(min_length=1, max_length=20)]
    code: Code | None = None
    plausible: tuple[float, float] | None = None


class ResultClass(_Part):
    """One of the classes that a model chooses from; `code` is the finding it stands for."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    label: Annotated[str, Field(min_length=1)]
    label_ko: str = ""
    code: Code | None = None


class ContrastGate(_Part):
    """Refuses images in which all values are the same."""

    check: Literal["contrast"]


class DarkAirGate(_Part):
    """Refuses images that do not show a bright object (`subject`) in dark air.

    At least `min_dark_corners` of the volume's eight corners must be dark: a corner is dark where
    less than `max_corner_signal` (0..1) of its voxels are signal.
    """

    check: Literal["dark_air"]
    subject: str = "body"
    min_dark_corners: Annotated[int, Field(ge=1, le=8)] = 5
    max_corner_signal: Annotated[float, Field(gt=0, le=1)] = 0.1


class TextureGate(_Part):
    """Refuses even objects and noise, for images whose background is near zero (MR).

    `min_detail`: structure finer than `window_mm`, as a share of the object's mean value;
    `min_neighbour_correlation`: correlation of that structure between neighbouring pixels.
    """

    check: Literal["texture"]
    window_mm: Annotated[float, Field(gt=0)] = 15.0
    min_detail: Annotated[float, Field(ge=0)] = 0.04
    min_neighbour_correlation: Annotated[float, Field(ge=-1, le=1)] = 0.1


Gate = Annotated[ContrastGate | DarkAirGate | TextureGate, Field(discriminator="check")]


class Parameter(_Part):
    """A number that a request may set."""

    description: str = ""
    default: float
    minimum: float
    maximum: float


class Fact(_Part):
    """Something known about the patient: a laboratory result, a diagnosis, a field of a report.

    `unit` is a UCUM code, empty for what has none. `choices` are the values that are understood;
    without them a fact is a number, a date or a yes. A number lies from `minimum` to `maximum`. A
    fact older than `max_age_days` does not count. `when` names other facts with their values: only
    then is this one needed. `given`: no record holds it, the doctor who asks says it.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    label: Annotated[str, Field(min_length=1)]
    label_ko: str = ""
    unit: Annotated[str, Field(max_length=20)] = ""
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    required: bool = True
    max_age_days: Annotated[int, Field(ge=1)] | None = None
    when: dict[str, bool | str] = {}
    given: bool = False


class SequenceInput(_Part):
    """One of several series of an examination that a model needs together.

    `id` is the name under which the runner gets it. `modality` is one of `inputs.modalities` where
    it is left out; `weightings` and `contrast_agent` say which series it is.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,20}$")]
    label: Annotated[str, Field(min_length=1)]
    label_ko: str = ""
    modality: str = ""
    weightings: tuple[Weighting, ...] = ()
    contrast_agent: bool | None = None


class Inputs(_Part):
    """What a series must be, and what must be known of the patient (`facts`).

    Distances in mm, ages in years, echo times in ms. Outside `min_age_years` and `max_age_years`
    the run goes on with a warning; everything else refuses. `body_parts` are upper-case words of
    BodyPartExamined (0018,0015); a series that states none is accepted. `orientations` are those
    of the slices, by the axis nearest to their normal. `weightings` (of MR) and `contrast_agent`
    (needed, or not allowed) are checked before the request gets here; a series whose header does
    not tell is accepted.

    `sequences` are the series that the model needs together, every one within these limits; the
    result lies on the grid of `reference`. They are at most `max_days_apart`.
    """

    description: str = ""
    description_ko: str | None = None
    modalities: tuple[str, ...] = ()
    body_parts: tuple[str, ...] = ()
    min_slices: Annotated[int, Field(ge=2)] = 2
    max_slices: int = 1024
    max_spacing_mm: float | None = None
    max_slice_distance_mm: float | None = None
    min_extent_mm: float = 0.0
    orientations: tuple[Literal["axial", "coronal", "sagittal"], ...] = ()
    max_echo_time_ms: float | None = None
    min_age_years: int | None = None
    max_age_years: int | None = None
    weightings: tuple[Weighting, ...] = ()
    contrast_agent: bool | None = None
    facts: tuple[Fact, ...] = ()
    sequences: Annotated[tuple[SequenceInput, ...], Field(max_length=10)] = ()
    reference: str = ""
    max_days_apart: Annotated[int, Field(ge=0)] = 1

    @model_validator(mode="after")
    def _sequences_have_names(self) -> Inputs:
        ids = [each.id for each in self.sequences]
        if len(ids) != len(set(ids)):
            raise ValueError("two sequences share an id")
        if self.reference not in (ids or [""]):
            raise ValueError("reference is the id of one of the sequences")
        return self


class Resources(_Part):
    """What one run may use: beyond it the run is ended. None is what the service allows at most.

    `memory_mb` is of the process of a run, network included; `threads` 0 is all cores.
    """

    memory_mb: Annotated[int, Field(ge=256)] | None = None
    seconds: Annotated[int, Field(ge=1)] | None = None
    threads: Annotated[int, Field(ge=0, le=256)] = 0


class Remote(_Part):
    """A model of another server. `server` is a name that the operator gave an address to.

    Of KServe v2 `input` and `output` are the names of the tensors: float32 (1, 1, slices, rows,
    columns) there, labels of the same grid back. An nnInteractive server has one model, without a
    name, and is of kind assist.
    """

    protocol: Literal["kserve", "nninteractive"] = "kserve"
    server: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    model: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{0,100}$")] = ""
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{0,40}$")] = ""
    input: Annotated[str, Field(min_length=1, max_length=100)] = "image"
    output: Annotated[str, Field(min_length=1, max_length=100)] = "labels"


class Network(_Part):
    """A network in one file, `model.onnx` or `model.ts`, that the service runs without a runner.

    It takes (1, sequences, *window) in the order of `inputs.sequences`, and gives of background and
    of every segment, in their order, a number, the larger the likelier. It was trained on voxels of
    `spacing_mm` along the axes of RAS, and on values clipped to `value_range` and brought to 0..1;
    without a range they are standardised inside the object. Windows share `overlap` of their width.
    """

    spacing_mm: Annotated[float, Field(ge=0.1, le=20)] = 1.0
    window: tuple[WindowWidth, WindowWidth, WindowWidth] = (96, 96, 96)
    overlap: Annotated[float, Field(ge=0, le=0.9)] = 0.5
    value_range: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _range_has_a_width(self) -> Network:
        if self.value_range is not None and not self.value_range[0] < self.value_range[1]:
            raise ValueError("value_range: the lower end first")
        return self


class Outputs(_Part):
    """What the model returns. `confidence` and `risk_score` say in words how each is defined.

    `confidence_label` is the name of that number: "Mean foreground probability".

    A model makes a mask if, and only if, it declares segments.
    """

    segments: Annotated[tuple[Segment, ...], Field(max_length=255)] = ()
    quantities: tuple[Quantity, ...] = ()
    classes: tuple[ResultClass, ...] = ()
    confidence: str | None = None
    confidence_ko: str | None = None
    confidence_label: str = ""
    confidence_label_ko: str = ""
    risk_score: str | None = None
    risk_score_ko: str | None = None

    @property
    def makes_a_mask(self) -> bool:
        """Segments, and nothing else that a network would have to say."""
        return bool(self.segments) and not (self.quantities or self.classes or self.risk_score)


NEEDED_OUTPUT = {
    "segmentation": "segments",
    "measurement": "quantities",
    "classification": "classes",
    "score": "risk_score",
}
"""What a model of a known result kind has to declare; another one declares at least one output."""

RUN_KINDS = ("network", "rule", "assist", "remote")


class ModelManifest(_Part):
    """One model. `files` are the SHA-256 sums of the weights, checked when it is loaded.

    `kind` is how it runs: a `network` on a series, a `rule` on facts, an `assist` on what a doctor
    marks in a series, a `remote` on another server. `result_kind` is what it returns. A manifest
    without `result_kind` is of before: its `kind` is that of the result, and it is a network.

    A text is English; the same name with `_ko` holds it in Korean. `body_site` is the part of the
    body that the results are about, `udi` the UDI-DI of a registered device.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,60}$")]
    version: Annotated[str, Field(min_length=1, max_length=30)]
    name: Annotated[str, Field(min_length=1)]
    name_ko: str = ""
    kind: Literal["network", "rule", "assist", "remote"]
    result_kind: Annotated[str, Field(pattern=r"^[a-z_]{1,30}$")]
    algorithm_name: str = ""
    manufacturer: str = ""
    udi: str = ""
    description: str = ""
    description_ko: str | None = None
    body_site: Code | None = None
    inputs: Inputs
    gates: tuple[Gate, ...] = ()
    outputs: Outputs
    parameters: dict[str, Parameter] = {}
    resources: Resources = Resources()
    remote: Remote | None = None
    network: Network | None = None
    licence: str
    source: str = ""
    intended_use: str
    intended_use_ko: str | None = None
    limits: tuple[str, ...] = ()
    limits_ko: tuple[str, ...] = ()
    contraindications: tuple[str, ...] = ()
    contraindications_ko: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    files: dict[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _of_before(cls, value: object) -> object:
        if isinstance(value, dict) and "result_kind" not in value:
            kind = value.get("kind")
            if kind is not None and kind not in RUN_KINDS:
                return {**value, "kind": "network", "result_kind": kind}
        return value

    @model_validator(mode="after")
    def _inputs_fit_the_kind(self) -> ModelManifest:
        if self.kind == "rule" and not self.inputs.facts:
            raise ValueError("a rule declares inputs.facts")
        if self.kind != "rule" and not self.inputs.modalities:
            raise ValueError(f"a model of kind {self.kind} declares inputs.modalities")
        if self.kind != "network" and self.inputs.sequences:
            raise ValueError("inputs.sequences are of a network alone")
        if self.network is not None and not (self.kind == "network" and self.outputs.makes_a_mask):
            raise ValueError("network is of a model of kind network that only makes a mask")
        self._check_remote()
        names = [fact.name for fact in self.inputs.facts]
        if len(names) != len(set(names)):
            raise ValueError("two facts share a name")
        return self

    def _check_remote(self) -> None:
        remote = self.remote
        if self.kind == "remote" and (remote is None or remote.protocol != "kserve"):
            raise ValueError("a model of kind remote declares remote, of the protocol kserve")
        if remote is None:
            return
        if self.kind != {"kserve": "remote", "nninteractive": "assist"}[remote.protocol]:
            raise ValueError(f"a model of kind {self.kind} has no remote of this protocol")
        if remote.protocol == "kserve" and not remote.model:
            raise ValueError("remote.model: the name of the server's model")

    @model_validator(mode="after")
    def _outputs_fit_the_kind(self) -> ModelManifest:
        outputs = self.outputs
        needed = NEEDED_OUTPUT.get(self.result_kind)
        if needed and not getattr(outputs, needed):
            raise ValueError(f"a model of result kind {self.result_kind} declares outputs.{needed}")
        if not any(getattr(outputs, name) for name in NEEDED_OUTPUT.values()):
            raise ValueError("the model declares no output")
        if [each.number for each in outputs.segments] != list(range(1, len(outputs.segments) + 1)):
            raise ValueError("segments are numbered 1, 2, 3, …")
        for ids in ([q.id for q in outputs.quantities], [c.id for c in outputs.classes]):
            if len(ids) != len(set(ids)):
                raise ValueError("two quantities or two classes share an id")
        return self

    def resolve_parameters(self, given: Mapping[str, Any]) -> dict[str, float]:
        """Defaults overlaid with the caller's values.

        Raises:
            RequestInvalid: an unknown name, not a number, or out of its range.
        """
        resolved = {name: each.default for name, each in self.parameters.items()}
        for name, value in given.items():
            declared = self.parameters.get(name)
            if declared is None:
                known = ", ".join(self.parameters) or "none"
                raise RequestInvalid(f"Model {self.id} has no such parameter; known: {known}.")
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise RequestInvalid(f"Parameter {name} must be a number.")
            if not declared.minimum <= value <= declared.maximum:
                raise RequestInvalid(
                    f"Parameter {name} must lie in {declared.minimum} to {declared.maximum}."
                )
            resolved[name] = float(value)
        return resolved


def schema_text() -> str:
    """The JSON Schema of a manifest, as `manifest.schema.json` holds it."""
    return json.dumps(ModelManifest.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")  # noqa: T201
