"""Unpacks zip files one entry at a time; the sizes and names in the zip are not trusted."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from common.errors import ErrorCode, InvalidInput

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
MAX_ENTRIES = 20_000
MAX_DIRECTORY_BYTES = 16 << 20
MAX_TOTAL_BYTES = 8 << 30
MAX_RATIO = 100
RATIO_FREE_BYTES = 64 << 20
CHUNK_BYTES = 1 << 20
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
NOISE = frozenset({"dicomdir", ".ds_store", "thumbs.db", "desktop.ini"})
UNSAFE_NAME = re.compile(r"^/|^[A-Za-z]:|(^|/)\.\.(/|$)|\x00")


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """An unpacked entry, on disk until the next one is read; ``error``: why it was rejected."""

    name: str
    path: Path
    error: ErrorCode | None = None


class _Directory(io.FileIO):
    """Limits the size of the central directory that zipfile reads into memory."""

    def read(self, size: int | None = -1, /) -> Any:
        if size is not None and size > MAX_DIRECTORY_BYTES:
            raise zipfile.BadZipFile("central directory too large")
        return super().read(MAX_DIRECTORY_BYTES if size is None or size < 0 else size)


def is_zip(path: Path) -> bool:
    """Whether the content is a zip file, whatever its name."""
    with path.open("rb") as stream:
        return stream.read(4) in MAGIC


def is_noise(name: str) -> bool:
    """Whether it is a file that operating systems and media add to folders of images."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return bool(parts) and (
        "__MACOSX" in parts or parts[-1].startswith("._") or parts[-1].lower() in NOISE
    )


def entries(path: Path, target: Path, *, max_entry_bytes: int) -> Iterator[ZipEntry]:
    """Unpack each file into ``target``, one after another; folders and noise are left out.

    Raises InvalidInput: ZIP_UNSAFE if the zip file cannot be read, ZIP_TOO_LARGE when it
    declares more than is allowed (zipfile never unpacks more than an entry declares).
    """
    with _Directory(path) as stream, _opened(stream) as archive:
        infos = [i for i in archive.infolist() if not i.is_dir() and not is_noise(i.filename)]
        _check_size(infos, path.stat().st_size)
        for info in infos:
            yield ZipEntry(info.filename, target, _unpack(archive, info, target, max_entry_bytes))


def _opened(stream: _Directory) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        raise InvalidInput(ErrorCode.ZIP_UNSAFE) from None


def _check_size(infos: list[zipfile.ZipInfo], packed: int) -> None:
    total = sum(info.file_size for info in infos)
    allowed = min(MAX_TOTAL_BYTES, max(RATIO_FREE_BYTES, packed * MAX_RATIO))
    if len(infos) > MAX_ENTRIES or total > allowed:
        raise InvalidInput(ErrorCode.ZIP_TOO_LARGE)


def _unpack(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, max_bytes: int
) -> ErrorCode | None:
    if not _is_safe(info):
        return ErrorCode.ZIP_UNSAFE
    if info.file_size > max_bytes:
        return ErrorCode.FILE_TOO_LARGE
    try:
        with archive.open(info) as source, target.open("wb") as stream:
            while chunk := source.read(CHUNK_BYTES):
                stream.write(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return ErrorCode.ZIP_UNSAFE
    return ErrorCode.ZIP_UNSAFE if is_zip(target) else None


def _is_safe(info: zipfile.ZipInfo) -> bool:
    kind = stat.S_IFMT(info.external_attr >> 16)
    encrypted = info.flag_bits & 0x1
    name = info.orig_filename.replace("\\", "/")
    return (
        not encrypted
        and info.header_offset >= 0
        and kind in (0, stat.S_IFREG)
        and info.compress_type in METHODS
        and not UNSAFE_NAME.search(name)
    )
