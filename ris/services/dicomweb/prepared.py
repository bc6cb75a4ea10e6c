"""Series metadata, the archive's slowest answer: fetched when a study is stable, kept as a file.

The name of a file tells what it is about: the archive's id of the series, how many instances it
has and the newest of them. Once one is added or deleted the name is another one, so an old file
cannot be served by mistake.
"""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Max

from ris.clients.orthanc import orthanc
from ris.models import Series

FOLDER = "metadata"
COMPRESSION = 6


def series_metadata_file(series: Series) -> str | None:
    """Path of the prepared file below CDSS_DATA_DIR, without ``.gz``; None when there is none."""
    name = _name(series)
    return name if _path(name).exists() else None


def study_prepare(study_id: int) -> None:
    """Prepare every series of the study that is not prepared yet. Raises ExternalError."""
    for series in Series.objects.filter(study_id=study_id).select_related("study"):
        name = _name(series)
        if not _path(name).exists():
            metadata = orthanc().series_metadata_json(
                series.study.study_instance_uid, series.series_instance_uid
            )
            series_forget(series.orthanc_id)
            _write(_path(name), gzip.compress(metadata, COMPRESSION))


def series_forget(orthanc_id: str) -> None:
    """Delete what was prepared for this series."""
    for path in _path(_place(orthanc_id)).parent.glob(f"{orthanc_id}-*"):
        path.unlink(missing_ok=True)


def _place(orthanc_id: str) -> str:
    """Bulk data URIs in the file hold the public address: another one, another folder."""
    address = zlib.crc32(settings.PUBLIC_BASE_URL.encode())
    return f"{FOLDER}/{address:08x}/{orthanc_id[:2]}/{orthanc_id}"


def _name(series: Series) -> str:
    found = series.instances.aggregate(count=Count("pk"), newest=Max("pk"))
    return f"{_place(series.orthanc_id)}-{found['count']}-{found['newest']}.json"


def _path(name: str) -> Path:
    return Path(settings.CDSS_DATA_DIR) / f"{name}.gz"


def _write(path: Path, content: bytes) -> None:
    """In one step: a reader finds the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_bytes(content)
    scratch.replace(path)
