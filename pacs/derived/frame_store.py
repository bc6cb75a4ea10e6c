"""The files of the frame store. An instance counts once its row says STORED, not before.

``CDSS_DATA_DIR/htj2k/<two digits>/<archive's id of the instance>-<frame from 0>``: derived from the
originals, verified, rebuilt at any time (``manage.py transcode_htj2k``).
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
    """No room; what was begun is gone again."""


def frame_path(orthanc_id: str, index: int) -> Path:
    """Where frame ``index`` (from 0) is, if it is."""
    return _folder() / orthanc_id[:2] / f"{orthanc_id}-{index}"


def instance_write(orthanc_id: str, codestreams: Sequence[bytes]) -> None:
    """Each file is whole or not there; ``settle`` makes them outlast a power cut.

    Raises StoreFull.
    """
    try:
        for index, codestream in enumerate(codestreams):
            _write(frame_path(orthanc_id, index), codestream)
    except OSError as error:
        instance_forget(orthanc_id, len(codestreams))
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
    """Everything written so far is on the disk: one syncfs(2) for many files, where fsync(2) would
    wait for the journal once for each of them. Raises OSError."""
    folder = os.open(_folder(), os.O_RDONLY | os.O_DIRECTORY)
    try:
        if _libc.syncfs(folder):
            raise OSError(ctypes.get_errno(), "syncfs")
    finally:
        os.close(folder)


def instance_forget(orthanc_id: str, frames: int) -> None:
    for index in range(frames):
        frame_path(orthanc_id, index).unlink(missing_ok=True)


def instance_complete(orthanc_id: str, frames: int) -> bool:
    return all(frame_path(orthanc_id, index).exists() for index in range(frames))


def paused() -> bool:
    """Whether the disk is too full to go on: uploads need the rest of it."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free < settings.HTJ2K_MIN_FREE_BYTES


def _folder() -> Path:
    return Path(settings.CDSS_DATA_DIR) / FOLDER
