"""The HTJ2K frame store: one file for each frame. Used only for instances with htj2k=STORED.

Path: ``CDSS_DATA_DIR/htj2k/<first two digits>/<Orthanc id of the instance>-<frame from 0>``. The
files are derived from the originals and verified; ``manage.py transcode_htj2k`` rebuilds them.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

FOLDER = "htj2k"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_libc = ctypes.CDLL(None, use_errno=True)


class StoreFull(Exception):
    """The disk is full. Nothing of the instance is kept."""


def frame_path(orthanc_id: str, index: int) -> Path:
    """The path of frame ``index`` (from 0), whether or not the file exists."""
    return _folder() / orthanc_id[:2] / f"{orthanc_id}-{index}"


def instance_write(orthanc_id: str, codestreams: Sequence[bytes]) -> None:
    """Write all frames of an instance, each file atomically; ``settle`` makes them durable.

    Raises StoreFull.
    """
    try:
        for index, codestream in enumerate(codestreams):
            _write(frame_path(orthanc_id, index), codestream)
    except OSError as error:
        instance_delete(orthanc_id, len(codestreams))
        if error.errno in _FULL:
            raise StoreFull from None
        raise


def _write(path: Path, content: bytes) -> None:
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            scratch.write_bytes(content)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            scratch.write_bytes(content)
        scratch.replace(path)
    except OSError:
        scratch.unlink(missing_ok=True)
        raise


def settle() -> None:
    """Flush all written files to the disk. Raises OSError.

    One syncfs(2) for many files: fsync(2) would wait for the journal once for each file.
    """
    folder = os.open(_folder(), os.O_RDONLY | os.O_DIRECTORY)
    try:
        if _libc.syncfs(folder):
            raise OSError(ctypes.get_errno(), "syncfs")
    finally:
        os.close(folder)


def instance_delete(orthanc_id: str, frames: int) -> None:
    for index in range(frames):
        frame_path(orthanc_id, index).unlink(missing_ok=True)


def instance_complete(orthanc_id: str, frames: int) -> bool:
    return all(frame_path(orthanc_id, index).exists() for index in range(frames))


def paused() -> bool:
    """Whether transcoding has to stop because the free disk space is reserved for uploads."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free < settings.HTJ2K_MIN_FREE_BYTES


def _folder() -> Path:
    return Path(settings.CDSS_DATA_DIR) / FOLDER
