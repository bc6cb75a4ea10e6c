"""The FHIR server's store, copied while it runs."""

from __future__ import annotations

import shutil
import socket
import time
import urllib.error
import urllib.request
import zipfile
from fcntl import LOCK_NB, LOCK_SH, lockf
from pathlib import Path

from deploy.backup.place import Place
from deploy.native.stack_error import StackError

FILE = "fhir.mv.db"
STARTING_S = 180.0
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def copy(place: Place, target: Path) -> None:
    """Have the server write a consistent copy; where it does not run, take the file as it lies. One
    that is just starting is waited for.

    Raises StackError when the server is there, but cannot.
    """
    written = place.data / "hapi" / "backup.zip"
    deadline = time.monotonic() + STARTING_S
    try:
        while not _asked(place):
            if _copied_at_rest(place.data / "hapi" / FILE, target):
                return
            if time.monotonic() > deadline:
                raise StackError("The FHIR server does not answer, but has its store open.")
            time.sleep(1)
        with (
            zipfile.ZipFile(written) as archive,
            archive.open(FILE) as source,
            target.open("wb") as file,
        ):
            shutil.copyfileobj(source, file)
    finally:
        written.unlink(missing_ok=True)


def _copied_at_rest(store: Path, target: Path) -> bool:
    """False when its server has it open, and so holds a lock; ours keeps it from opening it."""
    with store.open("rb") as source:
        try:
            lockf(source, LOCK_SH | LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
        with target.open("wb") as file:
            shutil.copyfileobj(source, file)
    return True


def _asked(place: Place) -> bool:
    """False when nothing listens."""
    request = urllib.request.Request(
        f"{place.hapi_url}/backup",
        method="POST",
        headers={"Authorization": f"Bearer {place.hapi_token}"},
    )
    try:
        _OPENER.open(request, timeout=3600).close()
    except urllib.error.HTTPError as error:
        raise StackError(
            f"The FHIR server could not copy its store (status {error.code})."
        ) from None
    except urllib.error.URLError as error:
        if not isinstance(error.reason, ConnectionRefusedError | socket.gaierror):
            raise StackError("The FHIR server does not answer.") from None
        return False
    return True
