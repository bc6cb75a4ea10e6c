"""What is known of a patient, as a rule reads it. What is not there is unknown, never "no"."""

from __future__ import annotations

import base64
import binascii
import gzip
import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, field_validator

from app.errors import RequestInvalid
from app.manifests import Fact as DeclaredFact

_MAX_VOXELS = 1 << 30
_Row = tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat]


class FactIn(BaseModel):
    """One fact: its value in `unit` (UCUM), the day it was found, and where it is written."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    value: bool | float | str | dict[str, Any]
    unit: str = ""
    at: str | None = None
    source: dict[str, Any] = {}


class MaskFact(BaseModel):
    """An approved mask: gzip of uint8 slices x rows x columns, in base64.

    `affine_ras` (4, 4) maps (column, row, slice) to RAS, mm; masks of one request share the frame
    of reference.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    labelmap: str
    shape: tuple[
        Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]
    ]
    spacing_mm: tuple[
        Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]
    ]
    labels: tuple[int, ...] = ()
    affine_ras: tuple[_Row, _Row, _Row, _Row] | None = None

    @field_validator("affine_ras")
    @classmethod
    def _places_voxels(cls, value: tuple[_Row, ...] | None) -> tuple[_Row, ...] | None:
        if value is not None and not abs(np.linalg.det(np.array(value)[:3, :3])) > 0:
            raise ValueError("the affine lays voxels over each other")
        return value

    def voxels(self) -> npt.NDArray[np.bool_]:
        """True inside the lesion: of `labels`, or of any label.

        Raises:
            RequestInvalid: not the bytes of this shape.
        """
        size = math.prod(self.shape)
        try:
            raw = gzip.decompress(base64.b64decode(self.labelmap, validate=True))
        except (binascii.Error, OSError, EOFError) as error:
            raise RequestInvalid("The labelmap is not gzip in base64.") from error
        if size > _MAX_VOXELS or len(raw) != size:
            raise RequestInvalid(f"The labelmap has {len(raw)} bytes, its shape {size}.")
        labels = np.frombuffer(raw, np.uint8).reshape(self.shape)
        return np.isin(labels, self.labels) if self.labels else labels > 0


class Facts:
    """The facts of one request, by name; None for what nobody knows."""

    def __init__(self, given: Mapping[str, FactIn]) -> None:
        self._given = given

    def number(self, name: str) -> float | None:
        """Raises RequestInvalid for what is no number."""
        value = self._value(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RequestInvalid(f"Fact {name} must be a number.")
        return float(value)

    def yes(self, name: str) -> bool | None:
        """Raises RequestInvalid for what is neither yes nor no."""
        value = self._value(name)
        if value is not None and not isinstance(value, bool):
            raise RequestInvalid(f"Fact {name} must be true or false.")
        return value

    def text(self, name: str) -> str | None:
        """One of the declared choices."""
        value = self._value(name)
        return None if value is None else str(value)

    def mask(self, name: str) -> MaskFact | None:
        """Raises RequestInvalid for what is no mask."""
        value = self._value(name)
        if value is None:
            return None
        try:
            return MaskFact.model_validate(value)
        except ValidationError:
            raise RequestInvalid(f"Fact {name} must be a mask.") from None

    def _value(self, name: str) -> Any:  # noqa: ANN401
        given = self._given.get(name)
        return None if given is None else given.value


def _needed(fact: DeclaredFact, given: Mapping[str, FactIn]) -> bool:
    """Required, and every condition of `when` is known to hold."""
    return fact.required and all(
        name in given and given[name].value == value for name, value in fact.when.items()
    )


def _check_bounds(name: str, value: object, declared: DeclaredFact) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    low = -math.inf if declared.minimum is None else declared.minimum
    high = math.inf if declared.maximum is None else declared.maximum
    if not low <= value <= high or math.isinf(value):
        raise RequestInvalid(f"Fact {name} must be a number from {low:g} to {high:g}.")


def check_facts(given: Mapping[str, FactIn], declared: Sequence[DeclaredFact]) -> None:
    """The facts are declared ones, in the declared unit and of the declared values.

    Raises:
        RequestInvalid: names the first fact at fault, or every required one that is missing.
    """
    known = {fact.name: fact for fact in declared}
    if unknown := sorted(given.keys() - known.keys()):
        raise RequestInvalid(f"The model knows no fact {', '.join(unknown)}.")
    for name, fact in given.items():
        expected = known[name]
        if fact.unit != expected.unit:
            raise RequestInvalid(f"Fact {name} must be in {expected.unit or 'no unit'}.")
        if expected.choices and fact.value not in expected.choices:
            raise RequestInvalid(f"Fact {name} must be one of {', '.join(expected.choices)}.")
        _check_bounds(name, fact.value, expected)
    missing = [fact.name for fact in declared if _needed(fact, given) and fact.name not in given]
    if missing:
        raise RequestInvalid(f"Missing: {', '.join(missing)}.")
