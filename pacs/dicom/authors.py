"""Who made a SEG, SR or another derived object, and what it replaces, as it says itself."""

from __future__ import annotations

from collections.abc import Iterator

from pacs.dicom import values
from pacs.dicom.uids import Uid
from pacs.dicom.values import Tags

_PERSON_OBSERVER_NAME = "121008"  # DCM, PS3.16 TID 1003


def author(tags: Tags) -> str:
    """A PN: of an SR its observer, else the Content Creator (0070,0084); empty if it names none."""
    named = (
        values.text(values.item(tags, "AuthorObserverSequence"), "PersonName"),
        *(values.text(item, "PersonName") for item in _observers(tags)),
        values.text(values.item(tags, "VerifyingObserverSequence"), "VerifyingObserverName"),
        values.text(tags, "ContentCreatorName"),
    )
    return next(filter(None, named), "")


def _observers(tags: Tags) -> Iterator[Tags]:
    for item in values.items(tags, "ContentSequence"):
        concept = values.item(item, "ConceptNameCodeSequence")
        if values.text(concept, "CodeValue") == _PERSON_OBSERVER_NAME:
            yield item


def predecessors(tags: Tags) -> list[Uid]:
    """The documents that an SR replaces: Predecessor Documents Sequence (0040,A360)."""
    found = [
        values.uid(instance, "ReferencedSOPInstanceUID")
        for study in values.items(tags, "PredecessorDocumentsSequence")
        for series in values.items(study, "ReferencedSeriesSequence")
        for instance in values.items(series, "ReferencedSOPSequence")
    ]
    return [uid for uid in found if uid]
