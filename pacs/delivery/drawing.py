"""Draws one frame of a DICOM file as PNG or JPEG, whatever its pixels and transfer syntax.

Runs in a child process (``drawing_process``) and imports nothing of the application.
"""

from __future__ import annotations

import imagecodecs
import numpy as np
from PIL import Image
from pydicom.tag import Tag

from pacs.delivery.colour_levels import colour_levels, palette_levels
from pacs.delivery.grey_levels import FrameAttributes, Levels, grey_levels
from pacs.delivery.rendering import Rendering, Window
from pacs.delivery.stored_values import Frame, frame_values
from pacs.htj2k.pixel_data import Part10, PixelData, Refused, or_refused

JPEG_QUALITY = 90
PNG = {"level": 1, "strategy": 3, "filter": 16}
"""Differences to the left neighbour and runs (Z_RLE, PNG_FILTER_SUB): scans are noise to a search
for repetitions, which takes four times as long and makes larger files."""
REDUCING_GAP = 2.0
"""A picture is first made smaller by a whole number, to no less than this many times its size in
the viewport: a quarter of the time, and no difference to see."""
_GREYS = frozenset({"", "MONOCHROME1", "MONOCHROME2"})
_COLOURS = frozenset({"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_RCT", "YBR_ICT"})
_HEADER = [
    *("ModalityLUTSequence", "RescaleSlope", "RescaleIntercept"),
    *("VOILUTSequence", "VOILUTFunction", "WindowCenter", "WindowWidth", "PresentationLUTShape"),
    *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
    *(
        f"{segmented}{colour}PaletteColorLookupTable{part}"
        for colour in ("Red", "Green", "Blue")
        for segmented, part in (("", "Descriptor"), ("", "Data"), ("Segmented", "Data"))
    ),
    "PixelRepresentation",  # by which pydicom tells the VR of a descriptor
]
_TAGS = [int(Tag(keyword)) for keyword in _HEADER]


def draw(part10: Part10, index: int, wanted: Rendering) -> bytes:
    """Frame ``index`` (from 0). Raises Refused with the reason why it cannot be drawn."""
    data = PixelData(part10, _TAGS)
    frame = frame_values(data, index)
    with or_refused("UNREADABLE"):
        levels = _levels(data, frame, index, wanted.window)
        if wanted.viewport is not None:
            levels = _fit(Image.fromarray(levels), wanted.viewport)
        return _encoded(levels, wanted)


def _levels(data: PixelData, frame: Frame, index: int, window: Window | None) -> Levels:
    photometric, big = frame.layout.photometric, data.order == "big"
    if frame.layout.samples == 3 and photometric in _COLOURS:
        return colour_levels(frame)
    if frame.layout.samples == 3 or photometric not in _GREYS | {"PALETTE COLOR"}:
        raise Refused("NOT_SUPPORTED")
    header = data.elements.data_set()
    if photometric == "PALETTE COLOR":
        return palette_levels(frame, header, big=big)
    return grey_levels(frame, FrameAttributes(header, index, big=big), window)


def _fit(picture: Image.Image, viewport: tuple[int, int]) -> Levels:
    """Scale the picture into the viewport and center it on a black background."""
    scale = min(viewport[0] / picture.width, viewport[1] / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    canvas = Image.new(picture.mode, viewport)
    corner = ((viewport[0] - size[0]) // 2, (viewport[1] - size[1]) // 2)
    scaled = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=REDUCING_GAP)
    canvas.paste(scaled, corner)
    return np.asarray(canvas)


def _encoded(levels: Levels, wanted: Rendering) -> bytes:
    if wanted.media_type == "image/png":
        return bytes(imagecodecs.png_encode(levels, **PNG))
    return bytes(imagecodecs.jpeg8_encode(levels, level=wanted.quality or JPEG_QUALITY))
