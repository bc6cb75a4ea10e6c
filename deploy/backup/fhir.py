"""The FHIR server's store, copied while it runs."""

from __future__ import annotations

import shutil
import socket
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from deploy.backup.place import Place
from deploy.native.errors import StackError

FILE = "fhir.mv.db"
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def copy(place: Place, target: Path) -> None:
    """Have the server write a consistent copy; where it does not run, take the file as it lies.

    Raises StackError when the server answers, but cannot.
    """
    written = place.data / "hapi" / "backup.zip"
    try:
        if not _asked(place):
            shutil.copyfile(place.data / "hapi" / FILE, target)
            return
        with (
            zipfile.ZipFile(written) as archive,
            archive.open(FILE) as source,
            target.open("wb") as file,
        ):
            shutil.copyfileobj(source, file)
    finally:
        written.unlink(missing_ok=True)


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
