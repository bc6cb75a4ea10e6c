"""What a doctor draws for an assist model: boxes, points and strokes, placed on a volume."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.errors import DrawingRefused
from app.volume import Volume

SliceName = Annotated[
    str, Field(pattern=r"^[0-9]+(\.[0-9]+)+(/frames/[1-9][0-9]*)?$", max_length=80)
]
Index = Annotated[int, Field(ge=0, le=65535)]
SegmentNumber = Annotated[int, Field(ge=1, le=255)]
Range = tuple[Index, Index]

MIN_BOX_PIXELS = 3


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Box(_Part):
    """A cuboid around a finding. Slices are named as in the volume; every bound is inclusive."""

    segment: SegmentNumber
    first_slice: SliceName
    last_slice: SliceName
    rows: Range
    columns: Range


class Point(_Part):
    """A click: on the finding, or on what does not belong to it."""

    segment: SegmentNumber
    slice: SliceName
    row: Index
    column: Index
    positive: bool = True


class Scribble(_Part):
    """A stroke through pixels (row, column) of one slice."""

    segment: SegmentNumber
    slice: SliceName
    points: Annotated[tuple[tuple[Index, Index], ...], Field(min_length=1, max_length=5000)]
    positive: bool = True


class Prompt(_Part):
    """All that was drawn so far, in the order in which it was drawn."""

    boxes: Annotated[tuple[Box, ...], Field(max_length=20)] = ()
    points: Annotated[tuple[Point, ...], Field(max_length=100)] = ()
    scribbles: Annotated[tuple[Scribble, ...], Field(max_length=200)] = ()


@dataclass(frozen=True)
class PlacedBox:
    """`where` selects the box from an array (slices, rows, columns)."""

    segment: int
    where: tuple[slice, slice, slice]


@dataclass(frozen=True)
class PlacedStroke:
    """Pixels (row, column) of the slice with this index; a point is a stroke of one pixel."""

    segment: int
    slice: int
    pixels: tuple[tuple[int, int], ...]
    positive: bool


@dataclass(frozen=True)
class PlacedPrompt:
    """A prompt by voxel index of one volume."""

    boxes: tuple[PlacedBox, ...] = ()
    points: tuple[PlacedStroke, ...] = ()
    scribbles: tuple[PlacedStroke, ...] = ()

    @property
    def segments(self) -> tuple[int, ...]:
        """The segments that are drawn on, each once."""
        parts: tuple[PlacedBox | PlacedStroke, ...] = (*self.boxes, *self.points, *self.scribbles)
        return tuple(dict.fromkeys(part.segment for part in parts))


def place(prompt: Prompt, volume: Volume) -> PlacedPrompt:
    """Find the slices of a prompt in the volume.

    Raises:
        DrawingRefused: an empty prompt, an unknown slice, a reversed or too small box, a pixel
            outside the images.
    """
    if not (prompt.boxes or prompt.points or prompt.scribbles):
        raise DrawingRefused("The prompt is empty: draw a box, click or draw a stroke.")
    grid = _Grid(volume)
    return PlacedPrompt(
        boxes=tuple(grid.box(each) for each in prompt.boxes),
        points=tuple(
            grid.stroke(each.segment, each.slice, ((each.row, each.column),), each.positive)
            for each in prompt.points
        ),
        scribbles=tuple(
            grid.stroke(each.segment, each.slice, each.points, each.positive)
            for each in prompt.scribbles
        ),
    )


class _Grid:
    def __init__(self, volume: Volume) -> None:
        self._slices = {uid: index for index, uid in enumerate(volume.sop_instance_uids)}
        _, self._rows, self._columns = volume.data.shape

    def box(self, box: Box) -> PlacedBox:
        first, last = self._slice(box.first_slice), self._slice(box.last_slice)
        if first > last or box.rows[0] > box.rows[1] or box.columns[0] > box.columns[1]:
            raise DrawingRefused(
                "The box is reversed: its first slice, row and column come before its last, "
                "slices in ascending position along the normal."
            )
        self._inside(*box.rows, *box.columns)
        sides = (box.rows[1] - box.rows[0] + 1, box.columns[1] - box.columns[0] + 1)
        if min(sides) < MIN_BOX_PIXELS:
            raise DrawingRefused(
                f"The box is empty: it needs at least {MIN_BOX_PIXELS} rows and columns."
            )
        bounds = ((first, last), box.rows, box.columns)
        rows, columns, slices = (slice(low, high + 1) for low, high in (*bounds[1:], bounds[0]))
        return PlacedBox(box.segment, (slices, rows, columns))

    def stroke(
        self, segment: int, uid: str, pixels: tuple[tuple[int, int], ...], positive: bool
    ) -> PlacedStroke:
        for row, column in pixels:
            self._inside(row, row, column, column)
        return PlacedStroke(segment, self._slice(uid), pixels, positive)

    def _slice(self, uid: str) -> int:
        try:
            return self._slices[uid]
        except KeyError:
            raise DrawingRefused(f"The series has no slice {uid}.") from None

    def _inside(self, first_row: int, last_row: int, first_column: int, last_column: int) -> None:
        if last_row >= self._rows or last_column >= self._columns:
            raise DrawingRefused(
                f"Rows {first_row} to {last_row}, columns {first_column} to {last_column} "
                f"lie outside the images of {self._rows} x {self._columns} pixels."
            )
