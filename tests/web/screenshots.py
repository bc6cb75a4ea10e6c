"""Takes the pictures (screenshots.mjs), shrinks them, and removes the study uploaded for one."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from common.http.api_client import default_base_url
from deploy.native.layout import ROOT
from tests.bench.web import NODE, remove

TARGET = ROOT / "docs" / "screenshots"
MOST_BYTES = 120_000


def shrink(source: Path, target: Path) -> int:
    """Write the picture with as many colours as fit; returns its size in bytes."""
    picture = Image.open(source).convert("RGB")
    for colours in (256, 192, 128, 96, 64):
        small = picture.quantize(colours, dither=Image.Dither.NONE)
        small.save(target, optimize=True)
        if target.stat().st_size < MOST_BYTES:
            break
    return target.stat().st_size


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        taken = subprocess.run(
            [NODE, ROOT / "tests/web/screenshots.mjs", folder],
            env={**os.environ, "BASE_URL": default_base_url()},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        remove(taken.stdout.split()[-1])
        for source in sorted(Path(folder).glob("*.png")):
            print(f"{shrink(source, TARGET / source.name) / 1000:6.0f} kB  {source.name}")


if __name__ == "__main__":
    main()
