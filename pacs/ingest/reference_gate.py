"""What a SEG, a report, a key object selection or a presentation state refers to."""

from __future__ import annotations

from typing import BinaryIO

from common.errors import ErrorCode, InvalidInput
from common.person import Person
from pacs.dicom.structure import Element, MalformedError, Walker
from pacs.index.change_feed import changes_poll
from pacs.index.references import Reference, ReferenceLevel, references_seen
from pacs.ingest.inspection import MAX_VALUE_BYTES, Candidate, format_of

MAX_REFERENCES = 20_000
MAX_PAGES = 5
_STORAGE = "1.2.840.10008.5.1.4.1.1."
REFERRING = (
    f"{_STORAGE}11.",  # presentation states
    f"{_STORAGE}66.",  # segmentations, registrations, fiducials
    f"{_STORAGE}67",  # real world value mapping
    f"{_STORAGE}88.",  # reports, key object selections
    f"{_STORAGE}91.",  # annotations
    f"{_STORAGE}481.3",  # RT structure sets
)
LEVELS: dict[int, ReferenceLevel] = {
    0x0020000D: "study",
    0x0020000E: "series",
    0x00081155: "instance",  # ReferencedSOPInstanceUID
    0x00081167: "instance",  # MultiFrameSourceSOPInstanceUID
}
# What these name is in no archive: former identifiers, and things that are no objects.
NOT_REFERENCES = frozenset(
    {
        0x04000561,  # OriginalAttributesSequence
        0x00081110,  # ReferencedStudySequence: a detached study (retired), copied from images
        0x00081111,  # ReferencedPerformedProcedureStepSequence
        0x00081120,  # ReferencedPatientSequence
        0x00081125,  # ReferencedVisitSequence
    }
)


class ReferenceGate:
    """An object may refer only to what its sender may see and to what was sent with it.

    The response is the same for hidden and for unknown objects.
    """

    def __init__(self, actor: Person) -> None:
        self._actor = actor
        self._arrived: set[Reference] = set()
        self._polled = False

    def arrived(self, candidate: Candidate) -> None:
        """Register an object of this upload that is in the archive now."""
        self._arrived |= _own(candidate) | {("instance", candidate.sop_instance_uid)}

    def check(self, candidate: Candidate) -> None:
        """Raises InvalidInput, ExternalError.

        What came a moment ago may not be in the index yet, so the feed is asked, once.
        """
        if not candidate.sop_class_uid.startswith(REFERRING):
            return
        wanted = references_of(candidate) - self._arrived
        unseen = wanted - references_seen(self._actor, wanted)
        if unseen and not self._polled:
            self._polled = True
            changes_poll(MAX_PAGES)
            unseen -= references_seen(self._actor, unseen)
        if unseen:
            raise InvalidInput(ErrorCode.DICOM_REFERENCE_UNKNOWN)


def references_of(candidate: Candidate) -> set[Reference]:
    """At any depth, without the object's own study and series.

    Raises InvalidInput for a structure that cannot be followed or names too much.
    """
    found: set[Reference] = set()
    try:
        with candidate.path.open("rb") as stream:
            size = candidate.path.stat().st_size
            form = format_of(stream, size)
            walker = Walker(
                stream,
                start=form.data_set_at,
                size=size,
                implicit=form.implicit,
                little_endian=form.little_endian,
            )
            for element in walker.nested(NOT_REFERENCES):
                if element.tag in LEVELS:
                    level = LEVELS[element.tag]
                    found |= {(level, uid) for uid in _uids(stream, element)}
                if len(found) > MAX_REFERENCES:
                    raise MalformedError("too many references")
    except MalformedError as error:
        raise InvalidInput(ErrorCode.DICOM_UNREADABLE, str(error)) from None
    return found - _own(candidate)


def _own(candidate: Candidate) -> set[Reference]:
    return {
        ("study", candidate.study_instance_uid),
        ("series", candidate.series_instance_uid),
    }


def _uids(stream: BinaryIO, element: Element) -> list[str]:
    if element.length is None or element.length > MAX_VALUE_BYTES:
        raise MalformedError("a UID is too long")
    values = stream.read(element.length).decode("latin-1").split("\\")
    return [uid for value in values if (uid := value.strip(" \0"))]
