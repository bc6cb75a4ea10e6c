"""Reads headers from the archive and stores new objects in it."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from io import BytesIO

from pydicom import Dataset
from pydicom.tag import Tag

from common.errors import ErrorCode, ExternalError
from pacs.archive.orthanc import orthanc
from pacs.index.deletion import instances_delete
from pacs.index.geometry import series_geometry
from pacs.models import Instance, Series

PIXEL_DATA_GROUP = Tag(0x7FE00000)
SOP_INSTANCE_UID = "00080018"
OF_A_SLICE = frozenset(
    f"{Tag(keyword):08X}"
    for keyword in (
        "SOPClassUID",
        "SOPInstanceUID",
        "StudyInstanceUID",
        "SeriesInstanceUID",
        "FrameOfReferenceUID",
        "Modality",
        "ImageType",
        "ImagePositionPatient",
        "ImageOrientationPatient",
        "PixelSpacing",
        "SliceThickness",
        "Rows",
        "Columns",
        "NumberOfFrames",
    )
)
"""Attributes of a slice that place it, as keys of the DICOM JSON model."""


def series_headers(series: Series) -> list[Dataset]:
    """The data sets of a volume's images without pixels, in ascending position.

    One request: the archive's series metadata (PS3.18 10.4.1.1.2). Bulk data other than pixels is
    empty too. The first slice stands for the series and is whole; of the others there is what
    tells one slice from another, as reading all of it takes a second per hundred slices.

    Raises BusinessError(SERIES_NOT_A_VOLUME), ExternalError if the archive fails or a slice is
    missing.
    """
    slices = series_geometry(series).instances
    found = orthanc().series_metadata(series.study.study_instance_uid, series.series_instance_uid)
    metadata = {_uid(one): one for one in found}
    missing = [uid for uid in slices if uid not in metadata]
    if missing:
        raise ExternalError(ErrorCode.ARCHIVE_UNAVAILABLE, f"instance {missing[0]} is missing")
    rest = ({tag: v for tag, v in metadata[uid].items() if tag in OF_A_SLICE} for uid in slices[1:])
    return [_header(metadata[slices[0]]), *map(_header, rest)]


def file_digests(series: Series) -> dict[str, str]:
    """SHA-256 of each DICOM file of a series as the archive has it, by SOP Instance UID.

    Raises ExternalError.
    """
    return {
        each.sop_instance_uid: sha256(orthanc().instance_file(each.orthanc_id)).hexdigest()
        for each in series.instances.all()
    }


def _uid(metadata: dict[str, object]) -> str:
    return str(Dataset.from_json({SOP_INSTANCE_UID: metadata[SOP_INSTANCE_UID]}).SOPInstanceUID)


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


def series_hide(series_instance_uid: str) -> None:
    """Take a series of ours out of the index, in the caller's transaction: nobody sees it then."""
    rows = Instance.objects.filter(series__series_instance_uid=series_instance_uid)
    instances_delete(list(rows.values_list("orthanc_id", flat=True)))


def series_remove(series_instance_uid: str) -> None:
    """Delete a series of ours from the archive and the index; no error if it is not there.

    Raises ExternalError.
    """
    orthanc().series_delete(series_instance_uid)
    series_hide(series_instance_uid)


def instance_store(dataset: Dataset) -> None:
    """Store an object by STOW-RS. A SOP Instance UID that is stored already stays as it is.

    Raises ExternalError.
    """
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    orthanc().stow(buffer.getvalue())


def sop_classes(sop_instance_uids: Collection[str]) -> dict[str, str]:
    """SOP Class UIDs of those that the index has, by SOP Instance UID."""
    found = Instance.objects.filter(sop_instance_uid__in=sop_instance_uids)
    return dict(found.values_list("sop_instance_uid", "sop_class_uid"))
