"""What a model says about itself: `models/<id>/manifest.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.errors import RequestInvalid


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
    label: str
    label_ko: str
    color: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
    category: Code
    type: Code
    plausible_ml: tuple[float, float] | None = None


class Parameter(_Part):
    """A number that a request may set."""

    description: str
    default: float
    minimum: float
    maximum: float


class Inputs(_Part):
    """What a series must be. Distances in mm, ages in years, echo times in ms.

    Outside `min_age_years` and `max_echo_time_ms` the run goes on with a warning; everything
    else refuses. `body_parts` are upper-case words of BodyPartExamined (0018,0015); a series
    that states none is accepted.
    """

    description: str
    description_ko: str | None = None
    modalities: list[str]
    body_parts: list[str] = []
    min_slices: Annotated[int, Field(ge=2)] = 2
    max_slices: int = 1024
    max_spacing_mm: float
    min_extent_mm: float = 0.0
    max_echo_time_ms: float | None = None
    min_age_years: int | None = None


class Outputs(_Part):
    """Segments, and in words how the two scores are defined; null where not given."""

    segments: Annotated[list[Segment], Field(min_length=1)]
    confidence: str | None
    confidence_ko: str | None = None
    risk_score: str | None


class Manifest(_Part):
    """One model. `files` are the SHA-256 sums of the weights, checked at start.

    A text is English; the same name with `_ko` holds it in Korean.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$")]
    version: str
    name: str
    name_ko: str
    kind: Literal["segmentation"]
    algorithm_name: str
    description: str
    description_ko: str | None = None
    inputs: Inputs
    outputs: Outputs
    parameters: dict[str, Parameter] = {}
    licence: str
    source: str
    intended_use: str
    intended_use_ko: str | None = None
    limits: list[str]
    limits_ko: list[str] = []
    files: dict[str, str] = {}

    @model_validator(mode="after")
    def _distinct_numbers(self) -> Manifest:
        numbers = [segment.number for segment in self.outputs.segments]
        if len(numbers) != len(set(numbers)):
            raise ValueError("two segments share a number")
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
