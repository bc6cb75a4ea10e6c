"""Decodes a picture or PDF that somebody brought, and encodes it anew: untrusted files, so a
process of its own, ``python -m pacs.ingest.document_process SOURCE TARGET``.

It writes raw pixels, (rows, columns, samples) of uint8, or a PDF to the target, and one line of
JSON to its output. A file that takes too much memory or time ends the process.
"""

from __future__ import annotations

import json
import resource
import sys
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, ImageOps

MEMORY_BYTES = 1 << 30
CPU_S = 40
MOST_PIXELS = 64_000_000
LONGEST_SIDE = 4096
MOST_PAGES = 2000
MOST_INFLATED = 256 << 20
PAGE_KEYS = frozenset(
    {"/Type", "/Parent", "/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit"}
)
"""Of a page, what draws it; everything else, such as annotations and actions, is left out."""
FOREIGN_KEYS = frozenset(
    (
        *("/AF", "/Alternates", "/LastModified", "/Metadata", "/OPI", "/PieceInfo", "/Ref"),
        *("/F", "/FFilter", "/FDecodeParms"),
    )
)
"""Of a stream: what points to another file, or tells where it comes from."""


class DocumentRefused(Exception):
    """With the reason: unreadable, encrypted or too_large."""


def main(source: Path, target: Path) -> dict[str, Any]:
    with source.open("rb") as stream:
        head = stream.read(1024)
    if b"%PDF-" in head:
        return pdf_clean(source, target)
    if head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        return picture_decode(source, target)
    raise DocumentRefused("unreadable")


def picture_decode(source: Path, target: Path) -> dict[str, Any]:
    """The pixels alone, upright, on white where transparent, at most LONGEST_SIDE a side."""
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(source, formats=("PNG", "JPEG")) as picture:
        lossy = picture.format == "JPEG"
        if picture.width * picture.height > MOST_PIXELS:
            raise DocumentRefused("too_large")
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(picture)
    upright = _opaque(upright)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    target.write_bytes(upright.tobytes())
    samples = len(upright.getbands())
    return {"rows": upright.height, "columns": upright.width, "samples": samples, "lossy": lossy}


def _opaque(picture: Any) -> Any:
    """In eight bits a sample, grey or RGB."""
    if picture.mode.startswith("I"):
        return picture.point(lambda value: value / 257, "F").convert("L")
    if picture.mode in ("1", "L"):
        return picture.convert("L")
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return picture.convert("RGB")


def pdf_clean(source: Path, target: Path) -> dict[str, Any]:
    """The pages as they are drawn, filled forms among them, in a new PDF without anything else."""
    try:
        opened = pikepdf.open(source)
    except pikepdf.PasswordError:
        raise DocumentRefused("encrypted") from None
    with opened as pdf, pikepdf.new() as clean:
        if len(pdf.pages) > MOST_PAGES:
            raise DocumentRefused("too_large")
        if not pdf.pages:
            raise DocumentRefused("unreadable")
        pdf.flatten_annotations("screen")
        for page in pdf.pages:
            for key in set(page.obj.keys()) - PAGE_KEYS:
                del page.obj[key]
            clean.pages.append(page)
        for obj in clean.objects:
            if isinstance(obj, pikepdf.Stream):
                for key in set(obj.keys()) & FOREIGN_KEYS:
                    del obj[key]
        _check_sizes(obj for obj in clean.objects if isinstance(obj, pikepdf.Stream))
        clean.save(
            target,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
        return {"pages": len(clean.pages)}


def _check_sizes(streams: Iterable[Any]) -> None:
    """What a reader of the PDF would need. Raises DocumentRefused."""
    left = MOST_INFLATED
    for stream in streams:
        if int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) > MOST_PIXELS:
            raise DocumentRefused("too_large")
        left -= _inflated(stream, left)


def _inflated(stream: Any, most: int) -> int:
    """The size of the stream without its compression by deflate.

    Raises DocumentRefused over ``most``.
    """
    named = stream.get("/Filter", [])
    filters = [str(named)] if isinstance(named, pikepdf.Name) else [str(one) for one in named]
    data = stream.read_raw_bytes()
    for one in filters:
        if one not in ("/FlateDecode", "/Fl"):
            break
        inflate = zlib.decompressobj()
        data = inflate.decompress(data, most)
        if inflate.unconsumed_tail:
            raise DocumentRefused("too_large")
    return len(data)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    try:
        said = main(Path(sys.argv[1]), Path(sys.argv[2]))
    except DocumentRefused as refusal:
        said = {"refused": str(refusal)}
    except MemoryError:
        said = {"refused": "too_large"}
    except Exception:  # whatever a library raises about the file
        said = {"refused": "unreadable"}
    sys.stdout.write(json.dumps(said))
