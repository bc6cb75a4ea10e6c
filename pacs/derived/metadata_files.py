"""Series metadata files: read from the DICOM files when a study becomes stable, or when asked for.

They also contain Available Transfer Syntax UID, which the archive cannot know. The name of a file
consists of the Orthanc id of the series, the format of the file, the number of its instances, the
number with HTJ2K and the newest instance: after a change the name is a different one, so an
outdated file is never served.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q

from common.errors import ExternalError
from pacs.archive.orthanc import orthanc
from pacs.choices import Htj2k
from pacs.derived.addresses import instance_url
from pacs.dicom.json_model import file_attributes
from pacs.dicom.transfer_syntaxes import DEFLATED, HTJ2K_SERVED
from pacs.models import Instance, Series

logger = logging.getLogger(__name__)

FOLDER = "metadata"
FORMAT = 2
"""Another one when the content of the files changes: they are written anew then."""
MAX_READ_NOW = 1000
MAX_FILE_BYTES = 64 << 20
"""Of a larger file the archive's own rendering is taken."""
READ_THREADS = 4
COMPRESSION = 6
AVAILABLE = "00083002"


def series_metadata_file(series: Series) -> str | None:
    """Path of the file below CDSS_DATA_DIR without ``.gz``, written if it does not exist.

    None if there are too many instances to read them now. Raises ExternalError.
    """
    name = _name(series)
    if not _path(name).exists():
        if series.instances.count() > MAX_READ_NOW:
            return None
        _series_write(series, name)
    return name


def study_write(study_id: int) -> None:
    """Write the missing files of the study's series. Raises ExternalError."""
    for series in Series.objects.filter(study_id=study_id).select_related("study"):
        name = _name(series)
        if not _path(name).exists():
            _series_write(series, name)


def study_metadata(study_id: int) -> bytes | None:
    """The metadata of all series of a study as one array; None as ``series_metadata_file``."""
    arrays = []
    for series in Series.objects.filter(study_id=study_id).select_related("study"):
        name = series_metadata_file(series)
        if name is None:
            return None
        arrays.append(_read(name)[1:-1])
    return b"[" + b",".join(filter(None, arrays)) + b"]"


def instance_metadata(instance: Instance) -> bytes | None:
    """The metadata of an instance as an array of one; None if only the archive can read it.

    Raises ExternalError.
    """
    try:
        found = json.loads(_read(_name(instance.series)))
    except FileNotFoundError:
        attributes = _attributes(instance)
        found = [attributes] if attributes else []
        _available_add(instance.series, found)
    mine = [one for one in found if one["00080018"]["Value"] == [instance.sop_instance_uid]]
    return _text(mine) if mine else None


def _series_write(series: Series, name: str) -> None:
    metadata = _series_attributes(series)
    _available_add(series, metadata)
    _write(_path(name), gzip.compress(_text(metadata), COMPRESSION))
    # another process may have written a newer one
    _delete(series.orthanc_id, but=_path(_name(series)))


def _series_attributes(series: Series) -> list[dict[str, Any]]:
    """Of each instance that the archive still has."""
    instances = list(series.instances.select_related("series__study"))
    with ThreadPoolExecutor(READ_THREADS, "metadata") as pool:
        found = list(pool.map(_attributes, instances))
    if None in found:
        archived = orthanc().series_metadata(
            series.study.study_instance_uid, series.series_instance_uid
        )
        others = {one["00080018"]["Value"][0]: one for one in archived}
        found = [
            own or others.get(instance.sop_instance_uid)
            for own, instance in zip(found, instances, strict=True)
        ]
    return [one for one in found if one is not None]


def _attributes(instance: Instance) -> dict[str, Any] | None:
    """Read from the file; None if it is too large or damaged, or gone. Raises ExternalError.

    A deflated file may be a thousand times larger than it is stored: the archive has limits.
    """
    if instance.file_size > MAX_FILE_BYTES or instance.transfer_syntax_uid in DEFLATED:
        return None
    series = instance.series
    url = instance_url(
        series.study.study_instance_uid, series.series_instance_uid, instance.sop_instance_uid
    )
    try:
        return file_attributes(orthanc().instance_file(instance.orthanc_id), f"{url}/bulk/")
    except ExternalError as error:
        if error.retryable:
            raise
    except Exception as error:
        reason = {"orthanc_id": instance.orthanc_id, "reason": type(error).__name__}
        logger.warning("metadata cannot be read", extra=reason)
    return None


def series_delete(orthanc_id: str) -> None:
    """Delete the files of a series."""
    _delete(orthanc_id, but=None)


def _available_add(series: Series, metadata: list[dict[str, Any]]) -> None:
    """Add Available Transfer Syntax UID (0008,3002): what ``transfer-syntax=*`` returns."""
    rows = series.instances.values_list("sop_instance_uid", "transfer_syntax_uid", "htj2k")
    syntaxes = {uid: HTJ2K_SERVED if htj2k == Htj2k.STORED else own for uid, own, htj2k in rows}
    for instance in metadata:
        syntax = syntaxes.get(instance["00080018"]["Value"][0])
        if syntax:
            instance[AVAILABLE] = {"vr": "UI", "Value": [syntax]}


def _delete(orthanc_id: str, *, but: Path | None) -> None:
    for path in _path(_place(orthanc_id)).parent.glob(f"{orthanc_id}-*"):
        if path != but:
            path.unlink(missing_ok=True)


def _text(metadata: list[dict[str, Any]]) -> bytes:
    return json.dumps(metadata, ensure_ascii=False, separators=(",", ":")).encode()


def _place(orthanc_id: str) -> str:
    """Bulk data URIs in a file contain the public address, so each address has its own folder."""
    address = zlib.crc32(settings.PUBLIC_BASE_URL.encode())
    return f"{FOLDER}/{address:08x}/{orthanc_id[:2]}/{orthanc_id}"


def _name(series: Series) -> str:
    stored = Count("pk", filter=Q(htj2k=Htj2k.STORED))
    found = series.instances.aggregate(count=Count("pk"), stored=stored, newest=Max("pk"))
    numbers = f"{FORMAT}-{found['count']}-{found['stored']}-{found['newest']}"
    return f"{_place(series.orthanc_id)}-{numbers}.json"


def _path(name: str) -> Path:
    return Path(settings.CDSS_DATA_DIR) / f"{name}.gz"


def _read(name: str) -> bytes:
    return gzip.decompress(_path(name).read_bytes())


def _write(path: Path, content: bytes) -> None:
    """Write atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_bytes(content)
    scratch.replace(path)
