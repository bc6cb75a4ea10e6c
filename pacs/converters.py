"""Path converters of the imaging routes; importing this module registers them."""

from __future__ import annotations

from django.urls import register_converter

from pacs.dicom.uids import UID_REGEX, Uid


class UidConverter:
    """A DICOM UID."""

    regex = UID_REGEX

    def to_python(self, value: str) -> Uid:
        return Uid(value)

    def to_url(self, value: str) -> str:
        return value


class FramesConverter:
    """A frame list; it is checked where the number of frames is known."""

    regex = r"[0-9,]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class BulkDataConverter(FramesConverter):
    """The path of an attribute: a tag, or tag/item/tag for one in a sequence."""

    regex = r"[0-9A-Fa-f]{8}(?:/[0-9]{1,6}/[0-9A-Fa-f]{8}){0,8}"


class OrthancIdConverter(FramesConverter):
    """An Orthanc id: a SHA-1 in five groups."""

    regex = r"[0-9a-f]{8}(?:-[0-9a-f]{8}){4}"


register_converter(UidConverter, "uid")
register_converter(FramesConverter, "frames")
register_converter(BulkDataConverter, "bulkdata")
register_converter(OrthancIdConverter, "orthanc_id")
