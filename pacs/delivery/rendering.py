"""What a client may choose of a rendered picture (PS3.18 8.3.5). Imports nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """A VOI window (PS3.18 8.3.5.1.3). ``function``: linear, linear-exact or sigmoid."""

    center: float
    width: float
    function: str


@dataclass(frozen=True, slots=True)
class Rendering:
    """Rendering parameters; None is the renderer's default.

    ``viewport``: columns, rows. ``quality``: JPEG quality, 1 to 100.
    """

    media_type: str = "image/jpeg"
    viewport: tuple[int, int] | None = None
    window: Window | None = None
    quality: int | None = None

    def text(self) -> str:
        """The parameters as text that fits into a path: ``png_v128,128_w40,400,linear_q90``."""
        parts = [self.media_type.removeprefix("image/")]
        if self.viewport:
            parts.append(f"v{self.viewport[0]},{self.viewport[1]}")
        if self.window:
            numbers = f"{self.window.center:.13g},{self.window.width:.13g}"
            parts.append(f"w{numbers},{self.window.function}")
        if self.quality:
            parts.append(f"q{self.quality}")
        return "_".join(parts)


def rendering_of(text: str) -> Rendering:
    """The opposite of ``Rendering.text``."""
    kind, *parts = text.split("_")
    found = {part[0]: part[1:].split(",") for part in parts}
    viewport, window = found.get("v"), found.get("w")
    return Rendering(
        f"image/{kind}",
        (int(viewport[0]), int(viewport[1])) if viewport else None,
        Window(float(window[0]), float(window[1]), window[2]) if window else None,
        int(found["q"][0]) if "q" in found else None,
    )
