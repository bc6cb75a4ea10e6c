"""The folder of worklist files, which this process writes and the archive reads."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

SUFFIX = ".wl"


def item_write(order_id: int, content: bytes) -> None:
    """In one step: the archive reads the old file or the new one. Raises OSError."""
    folder = Path(settings.WORKLISTS_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = folder / f".{order_id}.{os.getpid()}"
    scratch.write_bytes(content)
    scratch.replace(folder / f"{order_id}{SUFFIX}")


def item_remove(order_id: int) -> None:
    (Path(settings.WORKLISTS_DIR) / f"{order_id}{SUFFIX}").unlink(missing_ok=True)


def items_present() -> set[str]:
    """The names of the files, without their suffix."""
    return {path.stem for path in Path(settings.WORKLISTS_DIR).glob(f"*{SUFFIX}")}


def stray_remove(name: str) -> None:
    """A file of no order that is listed."""
    (Path(settings.WORKLISTS_DIR) / f"{name}{SUFFIX}").unlink(missing_ok=True)
