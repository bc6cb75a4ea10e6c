"""The frames of a multi-frame image: their names, and where functional groups place them.

PS3.3 C.7.6.16: a macro stands in the item of each frame, or in the one that all share.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pacs.dicom import values
from pacs.dicom.uids import UID_REGEX
from pacs.dicom.values import Tags

SLICE_REGEX = rf"{UID_REGEX}(?:/frames/[1-9][0-9]*)?"
SLICE_MAX_LENGTH = 80
SAME = 1e-4


def frame_name(sop_instance_uid: str, number: int) -> str:
    """Of a frame (from 1), as DICOMweb's path of it ends."""
    return f"{sop_instance_uid}/frames/{number}"


def frame_parts(name: str) -> tuple[str, int]:
    """The SOP Instance UID and the number of a slice's name; a UID alone is frame 1."""
    uid, _, number = name.partition("/frames/")
    return uid, int(number or 1)


def frame_plane(tags: Tags, frames: int) -> dict[str, Any]:
    """What places the frames, as the row of an image holds it.

    ``image_position`` has one position a frame; orientation, spacing and thickness are those of all
    frames. What is missing, or differs from frame to frame, is None.
    """
    groups = [*frame_groups(tags)]
    positions = [
        values.numbers(values.item(group, "PlanePositionSequence"), "ImagePositionPatient", 3)
        for group in groups
    ]
    known = len(positions) == frames and all(positions)
    thickness = _common(groups, "PixelMeasuresSequence", "SliceThickness", 1)
    return {
        "image_position": positions if known else None,
        "image_orientation": _common(
            groups, "PlaneOrientationSequence", "ImageOrientationPatient", 6
        ),
        "pixel_spacing": _common(groups, "PixelMeasuresSequence", "PixelSpacing", 2),
        "slice_thickness": thickness[0] if thickness else None,
    }


def frame_groups(tags: Tags) -> Iterator[Tags]:
    """The functional groups of each frame, those that all share included."""
    shared = values.item(tags, "SharedFunctionalGroupsSequence")
    for group in values.items(tags, "PerFrameFunctionalGroupsSequence"):
        yield {**shared, **group}


def _common(groups: list[Tags], macro: str, keyword: str, count: int) -> list[float] | None:
    found = [values.numbers(values.item(group, macro), keyword, count) for group in groups]
    first = found[0] if found else None
    if first is None or not all(one and np.allclose(one, first, atol=SAME) for one in found):
        return None
    return first
