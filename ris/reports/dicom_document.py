"""A signed report as a DICOM Basic Text SR by TID 2000 (PS3.16), of the study that it is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from highdicom import sr
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import BasicTextSRStorage, ExplicitVRLittleEndian
from pydicom.valuerep import DA, DT, TM

from pacs.dicom.uids import derived_uid

MANUFACTURER = "NeuroNova CDSS"
SERIES_NUMBER = 9700
_LANGUAGES = {"ko": Code("ko", "RFC5646", "Korean"), "en": Code("en", "RFC5646", "English")}
_HEADINGS = {
    "clinical_information": (codes.cid7001.History, codes.cid7002.History),
    "technique": (
        codes.cid7001.CurrentProcedureDescriptions,
        codes.cid7002.ProcedureDescription,
    ),
    "comparison": (codes.cid7001.PriorProcedureDescriptions, codes.cid7002.ProcedureDescription),
    "findings": (codes.cid7001.Findings, codes.cid7002.Finding),
    "impression": (codes.cid7001.Impressions, codes.cid7002.Impression),
    "recommendation": (codes.cid7001.Recommendations, codes.cid7002.Recommendation),
}
_ANONYMOUS = "Observer^"
"""Until the item is made: highdicom repeats names in warnings."""
_CONTAINS = sr.RelationshipTypeValues.CONTAINS


@dataclass(frozen=True, slots=True)
class ReferencedImage:
    """A key image of the same study. ``frame``: from 1; None of an image with one frame."""

    series_instance_uid: str
    sop_class_uid: str
    sop_instance_uid: str
    frame: int | None


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What the document says. Times are the hospital's local ones; names are PNs.

    ``sections``: [{key, label, text}]. ``predecessor``: the number of the report that it amends.
    ``identity``: the attributes of patient and study, as its images have them.
    """

    number: int
    predecessor: int | None
    language: str
    title: str
    sections: list[dict[str, str]]
    signer: str
    organization: str
    signed_at: datetime
    study_instance_uid: str
    identity: dict[str, Any]
    images: list[ReferencedImage] = field(default_factory=list)


def document_uids(number: int) -> tuple[str, str]:
    """Series and SOP Instance UID of a report's document: the same whenever it is made."""
    return derived_uid("report-series", str(number)), derived_uid("report", str(number))


def build_document(facts: DocumentFacts) -> Dataset:
    """Complete and verified; made again it is the same."""
    series_uid, sop_uid = document_uids(facts.number)
    document: Any = Dataset()
    document.file_meta = FileMetaDataset()
    document.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    document.file_meta.MediaStorageSOPClassUID = BasicTextSRStorage
    document.file_meta.MediaStorageSOPInstanceUID = sop_uid
    document.SpecificCharacterSet = "ISO_IR 192"
    document.SOPClassUID, document.SOPInstanceUID = BasicTextSRStorage, sop_uid
    document.StudyInstanceUID, document.SeriesInstanceUID = facts.study_instance_uid, series_uid
    for keyword, value in facts.identity.items():
        setattr(document, keyword, value)
    document.Modality = "SR"
    document.SeriesNumber = SERIES_NUMBER
    document.SeriesDescription = facts.title[:64]
    document.ReferencedPerformedProcedureStepSequence = Sequence()
    document.Manufacturer = MANUFACTURER
    document.InstanceNumber = 1
    document.ContentDate = DA(facts.signed_at.date())
    document.ContentTime = TM(facts.signed_at.time())
    _verify(document, facts)
    document.PerformedProcedureCodeSequence = Sequence()
    if facts.predecessor is not None:
        document.PredecessorDocumentsSequence = Sequence([_reference(facts)])
    root = sr.ContainerContentItem(
        name=codes.cid7000.DiagnosticImagingReport,
        template_id="2000",
        is_content_continuous=False,
    )
    if facts.images:
        document.CurrentRequestedProcedureEvidenceSequence = Sequence([_evidence(facts)])
    root.ContentSequence = Sequence([*_context(facts), *_headings(facts), *_key_images(facts)])
    for element in root:
        document.add(element)
    made: Dataset = document
    return made


def _evidence(facts: DocumentFacts) -> Dataset:
    """The images of the study that the document refers to (C.17.2.3), by series."""
    listed: dict[str, dict[str, Dataset]] = {}
    for image in facts.images:
        instance = Dataset()
        instance.ReferencedSOPClassUID = image.sop_class_uid
        instance.ReferencedSOPInstanceUID = image.sop_instance_uid
        listed.setdefault(image.series_instance_uid, {})[image.sop_instance_uid] = instance
    study = Dataset()
    study.StudyInstanceUID = facts.study_instance_uid
    study.ReferencedSeriesSequence = Sequence()
    for uid, instances in listed.items():
        series = Dataset()
        series.SeriesInstanceUID = uid
        series.ReferencedSOPSequence = Sequence(instances.values())
        study.ReferencedSeriesSequence.append(series)
    return study


def _key_images(facts: DocumentFacts) -> Iterator[Dataset]:
    """As IMAGE items in a container of their own, which Basic Text SR allows (A.35.1.3)."""
    if not facts.images:
        return
    container = sr.ContainerContentItem(
        name=codes.cid7001.KeyImages, is_content_continuous=False, relationship_type=_CONTAINS
    )
    container.ContentSequence = Sequence(
        sr.ImageContentItem(
            name=codes.cid7003.BestIllustrationOfFinding,
            referenced_sop_class_uid=image.sop_class_uid,
            referenced_sop_instance_uid=image.sop_instance_uid,
            referenced_frame_numbers=image.frame,
            relationship_type=_CONTAINS,
        )
        for image in facts.images
    )
    yield container


def _verify(document: Dataset, facts: DocumentFacts) -> None:
    document.CompletionFlag, document.VerificationFlag = "COMPLETE", "VERIFIED"
    observer = Dataset()
    observer.VerifyingOrganization = facts.organization
    observer.VerificationDateTime = DT(facts.signed_at)
    observer.VerifyingObserverName = facts.signer
    observer.VerifyingObserverIdentificationCodeSequence = Sequence()
    document.VerifyingObserverSequence = Sequence([observer])


def _reference(facts: DocumentFacts) -> Dataset:
    """The document of the report that this one amends, in the same study."""
    series_uid, sop_uid = document_uids(facts.predecessor or 0)
    instance, series, study = Dataset(), Dataset(), Dataset()
    instance.ReferencedSOPClassUID = BasicTextSRStorage
    instance.ReferencedSOPInstanceUID = sop_uid
    series.ReferencedSOPSequence = Sequence([instance])
    series.SeriesInstanceUID = series_uid
    study.ReferencedSeriesSequence = Sequence([series])
    study.StudyInstanceUID = facts.study_instance_uid
    return study


def _context(facts: DocumentFacts) -> Iterator[Dataset]:
    """TID 1204 (language) and TID 1001 (who observes)."""
    yield sr.CodeContentItem(
        name=codes.DCM.LanguageOfContentItemAndDescendants,
        value=_LANGUAGES[facts.language],
        relationship_type=sr.RelationshipTypeValues.HAS_CONCEPT_MOD,
    )
    context = sr.RelationshipTypeValues.HAS_OBS_CONTEXT
    yield sr.CodeContentItem(
        name=codes.DCM.ObserverType, value=codes.DCM.Person, relationship_type=context
    )
    observer: Any = sr.PnameContentItem(
        name=codes.DCM.PersonObserverName, value=_ANONYMOUS, relationship_type=context
    )
    observer.PersonName = facts.signer
    yield observer


def _headings(facts: DocumentFacts) -> Iterator[Dataset]:
    """A container of each section (CID 7001) with its text (CID 7002)."""
    for section in facts.sections:
        known = _HEADINGS.get(section["key"], _HEADINGS["findings"])
        container = sr.ContainerContentItem(
            name=known[0], is_content_continuous=False, relationship_type=_CONTAINS
        )
        text = section["text"]
        if section["key"] not in _HEADINGS:
            text = f"{section['label']}\n{text}"
        lines = text.replace("\n", "\r\n")
        item = sr.TextContentItem(name=known[1], value=lines, relationship_type=_CONTAINS)
        container.ContentSequence = Sequence([item])
        yield container
