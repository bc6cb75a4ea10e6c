"""Reads headers from the archive and stores new objects in it."""

from __future__ import annotations

from io import BytesIO

from pydicom import Dataset
from pydicom.tag import Tag

from common.errors import ErrorCode, ExternalError
from pacs.archive.orthanc import orthanc
from pacs.index.deletion import instances_delete
from pacs.index.geometry import series_geometry
from pacs.models import Instance, Series

PIXEL_DATA_GROUP = Tag(0x7FE00000)


def series_headers(series: Series) -> list[Dataset]:
    """The data sets of a volume's slices without pixels, in ascending position.

    One request: the archive's series metadata (PS3.18 10.4.1.1.2). Bulk data other than pixels is
    empty too.

    Raises BusinessError(SERIES_NOT_A_VOLUME), ExternalError if the archive fails or a slice is
    missing.
    """
    slices = series_geometry(series).slices
    found = orthanc().series_metadata(series.study.study_instance_uid, series.series_instance_uid)
    headers = {header.SOPInstanceUID: header for header in map(_header, found)}
    missing = [uid for uid in slices if uid not in headers]
    if missing:
        raise ExternalError(ErrorCode.ARCHIVE_UNAVAILABLE, f"instance {missing[0]} is missing")
    return [headers[uid] for uid in slices]


def _header(metadata: dict[str, object]) -> Dataset:
    header = Dataset.from_json(metadata, bulk_data_uri_handler=lambda *_: None)
    return header[:PIXEL_DATA_GROUP]


def instance_is_indexed(sop_instance_uid: str) -> bool:
    return Instance.objects.filter(sop_instance_uid=sop_instance_uid).exists()


def instance_remove(sop_instance_uid: str) -> None:
    """Delete an object of ours from the archive and the index; no error if it is not there.

    Raises ExternalError.
    """
    found = orthanc().instances_with_uid(sop_instance_uid)
    for orthanc_id in found:
        orthanc().instance_delete(orthanc_id)
    instances_delete(found)


def instance_store(dataset: Dataset) -> None:
    """Store an object by STOW-RS. A SOP Instance UID that is stored already stays as it is.

    Raises ExternalError.
    """
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    orthanc().stow(buffer.getvalue())
