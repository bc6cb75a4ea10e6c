"""Renders HTJ2K images as PNG or JPEG, which the archive cannot; the result looks the same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.multival import MultiValue

from common.errors import AppError, ErrorCode
from pacs.delivery import pixels
from pacs.models import Instance

Pixels = npt.NDArray[Any]
QUALITY = 90
MIN_WIDTH = 1e-3
_MODES = {"MONOCHROME1": "L", "MONOCHROME2": "L", "YBR_FULL": "YCbCr"}
_COLOURS = frozenset({"RGB", "YBR_RCT", "YBR_ICT"})
_TAGS = [
    *("Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration"),
    *("BitsAllocated", "BitsStored", "PixelRepresentation"),
    *("RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth"),
]


@dataclass(frozen=True, slots=True)
class Window:
    """A VOI window (PS3.18 8.3.5.1.3). ``function``: linear, linear-exact or sigmoid."""

    center: float
    width: float
    function: str


@dataclass(frozen=True, slots=True)
class Rendering:
    """Rendering parameters (PS3.18 8.3.5); None is the renderer's default.

    ``viewport``: columns, rows. ``quality``: JPEG quality, 1 to 100.
    """

    viewport: tuple[int, int] | None = None
    window: Window | None = None
    quality: int | None = None

    def query(self) -> str:
        """The WADO-RS query string for the archive."""
        pairs = []
        if self.viewport:
            pairs.append(("viewport", f"{self.viewport[0]},{self.viewport[1]}"))
        if self.window:
            center, width = f"{self.window.center:.13g}", f"{self.window.width:.13g}"
            pairs.append(("window", f"{center},{width},{self.window.function}"))
        if self.quality:
            pairs.append(("quality", str(self.quality)))
        return urlencode(pairs, safe=",")


def image_render(image: Instance, index: int, media_type: str, rendering: Rendering) -> bytes:
    """Render frame ``index`` (from 0) as PNG or JPEG. Raises AppError (406), ExternalError."""
    with pixels.decoder_lease(image) as decoder:
        frame = pixels.frame_decode(decoder, index)
        try:
            header = dcmread(BytesIO(decoder.file), stop_before_pixels=True, specific_tags=_TAGS)
            picture = _picture(header, frame, rendering.window)
        except Exception as error:  # a malformed header can raise anything
            reason = f"cannot be rendered: {type(error).__name__}"
            raise AppError(ErrorCode.NOT_ACCEPTABLE, reason) from None
    if rendering.viewport is not None:
        picture = _fit(picture, rendering.viewport)
    return _encoded(picture, media_type, rendering.quality or QUALITY)


def _picture(header: Dataset, frame: bytes, window: Window | None) -> Image.Image:
    values = _values(header, frame)
    kind = str(header.PhotometricInterpretation)
    if kind in _COLOURS or kind == "YBR_FULL":
        levels = (values >> max(0, int(header.BitsStored) - 8)).astype(np.uint8)
        return Image.fromarray(levels, _MODES.get(kind, "RGB")).convert("RGB")
    if kind not in _MODES:
        raise ValueError(kind)
    levels = _windowed(header, values, window)
    return Image.fromarray(255 - levels if kind == "MONOCHROME1" else levels)


def _values(header: Dataset, frame: bytes) -> Pixels:
    """Stored values, (rows, columns) or (rows, columns, samples)."""
    sign = "i" if header.get("PixelRepresentation") else "u"
    rows, columns = int(header.Rows), int(header.Columns)
    samples = int(header.get("SamplesPerPixel") or 1)
    flat = np.frombuffer(frame, f"<{sign}{int(header.BitsAllocated) // 8}")
    if samples == 1:
        return flat.reshape(rows, columns)
    if header.get("PlanarConfiguration"):
        return np.moveaxis(flat.reshape(samples, rows, columns), 0, -1)
    return flat.reshape(rows, columns, samples)


def _windowed(header: Dataset, values: Pixels, window: Window | None) -> npt.NDArray[np.uint8]:
    """Grey levels (uint8) by the given window, else the image's first, else the full range.

    PS3.3 C.11.2.1.
    """
    slope, intercept = (
        float(header.get(name) or default)
        for name, default in (("RescaleSlope", 1), ("RescaleIntercept", 0))
    )
    real = values.astype(np.float32) * np.float32(slope) + np.float32(intercept)
    window = window or _default_window(header) or _whole(real)
    center, width, function = window.center, window.width, window.function
    if function == "linear":
        center, width = center - 0.5, width - 1
    scaled = np.clip((real - np.float32(center)) / np.float32(max(width, MIN_WIDTH)), -20, 20)
    share = 1 / (1 + np.exp(-4 * scaled)) if function == "sigmoid" else scaled + np.float32(0.5)
    levels: npt.NDArray[np.uint8] = np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)
    return levels


def _default_window(header: Dataset) -> Window | None:
    center, width = (_first(header.get(name)) for name in ("WindowCenter", "WindowWidth"))
    if center is None or width is None or not width >= 1:
        return None
    return Window(center, width, "linear")


def _first(value: Any) -> float | None:
    """The first of one or several values; None if it is absent or not a finite number."""
    if isinstance(value, MultiValue):
        value = value[0] if value else None
    number = math.nan if value in (None, "") else float(value)
    return number if math.isfinite(number) else None


def _whole(real: npt.NDArray[np.float32]) -> Window:
    low, high = float(real.min()), float(real.max())
    return Window((low + high) / 2, (high - low) or 1.0, "linear-exact")


def _fit(picture: Image.Image, viewport: tuple[int, int]) -> Image.Image:
    """Scale the picture into the viewport and center it on a black background."""
    scale = min(viewport[0] / picture.width, viewport[1] / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    canvas = Image.new(picture.mode, viewport)
    corner = ((viewport[0] - size[0]) // 2, (viewport[1] - size[1]) // 2)
    canvas.paste(picture.resize(size, Image.Resampling.BILINEAR), corner)
    return canvas


def _encoded(picture: Image.Image, media_type: str, quality: int) -> bytes:
    buffer = BytesIO()
    if media_type == "image/png":
        picture.save(buffer, "PNG")
    else:
        picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
