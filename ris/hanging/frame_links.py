"""Which frames of reference lie in one space: by a registration that a person accepted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from common.person import Person


@dataclass(frozen=True, slots=True)
class FrameLink:
    """``matrix``: 4x4, row by row, from LPS (mm) of one frame of reference to that of the other."""

    registration: int
    from_frame_of_reference_uid: str
    to_frame_of_reference_uid: str
    matrix: tuple[float, ...]


FrameLinkReader = Callable[[Person, Collection[str]], Iterable[FrameLink]]
frame_link_readers: list[FrameLinkReader] = []
"""Filled by whoever keeps registrations; asked for those between frames of reference."""


def frame_links(user: Person, frames: Collection[str]) -> list[FrameLink]:
    """The accepted registrations between these frames of reference that the user may see."""
    if len(frames) < 2:
        return []
    return [link for reader in frame_link_readers for link in reader(user, frames)]
