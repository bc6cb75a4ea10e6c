"""The measurement report of a Segmentation (PS3.16 TID 1500): volumes, diameters, and people.

A Segmentation cannot say who made, changed and approved it. The report does: as observers
(TID 1003) in the content, with times in the header (Author Observer, Participant and Verifying
Observer Sequence, PS3.3 C.17.2) and as one comment per step.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import highdicom as hd
from highdicom import sr
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.valuerep import DA, DT, TM

from ai.services.diameters import Diameters
from ai.services.dicom_codes import resolve_category, resolve_code
from ai.services.dicom_seg import (
    MANUFACTURER,
    MODEL_NAME,
    SERIAL_NUMBER,
    SOFTWARE_VERSION,
    SegmentSpec,
    copy_identity,
    plain_header,
)

DESCRIPTION = "Measurements of a segmentation"
_ANONYMOUS = "Observer^"
"""Until the report is built: highdicom repeats names in warnings."""
_MILLILITRE = Code("ml", "UCUM", "milliliter")
_LINES = (
    ("longest_3d", codes.IBSI.Maximum3DDiameterOfAMesh),
    ("major", codes.SCT.MajorAxis),
    ("perpendicular", codes.SCT.PerpendicularAxis),
)


@dataclass(frozen=True, slots=True)
class SegmentMeasure:
    """Of one segment; ``diameters`` is None of an empty one."""

    volume_ml: float
    diameters: Diameters | None


@dataclass(frozen=True, slots=True)
class Hand:
    """A person who made, changed or approved the mask; ``at`` in the hospital's local time."""

    name: str
    login: str
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class History:
    """``authors`` made or changed the mask, in this order; ``steps`` say all of it in words."""

    authors: Sequence[Hand]
    approver: Hand
    steps: Sequence[str]


def build_report(
    *,
    seg: Dataset,
    segments: Sequence[SegmentSpec],
    measured: Mapping[int, SegmentMeasure],
    source_series_uid: str,
    series_instance_uid: str,
    sop_instance_uid: str,
    series_number: int,
    device_uid: str,
    history: History,
) -> Dataset:
    """Build the report of ``seg``; the same arguments give the same bytes.

    Args:
        measured: by segment number.
        device_uid: of this software, as observer (TID 1004).
    """
    groups = [
        _group(seg, segment, measured[segment.number], source_series_uid) for segment in segments
    ]
    content = sr.MeasurementReport(
        observation_context=_context(history, device_uid),
        procedure_reported=codes.SCT.ImagingProcedure,
        imaging_measurements=groups,
        title=codes.DCM.ImagingMeasurementReport,
    )
    content[0].ContentSequence.extend(_comment(step) for step in history.steps)
    report = sr.Comprehensive3DSR(
        evidence=[plain_header(seg)],
        content=content[0],
        series_instance_uid=series_instance_uid,
        series_number=series_number,
        series_description=DESCRIPTION,
        sop_instance_uid=sop_instance_uid,
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MODEL_NAME,
        device_serial_number=SERIAL_NUMBER,
        software_versions=SOFTWARE_VERSION,
        is_complete=True,
        is_final=True,
        specific_character_set="ISO_IR 192",
    )
    copy_identity(report, seg)
    _name_observers(report, history)
    _people(report, history, device_uid)
    _fix_times(report, history.approver.at)
    return report


def _context(history: History, device_uid: str) -> sr.ObservationContext:
    """TID 1001 with one observer for each person and for the device."""
    context = sr.ObservationContext(
        observer_device_context=sr.ObserverContext(
            observer_type=codes.DCM.Device,
            observer_identifying_attributes=sr.DeviceObserverIdentifyingAttributes(
                uid=device_uid,
                name=MODEL_NAME,
                manufacturer_name=MANUFACTURER,
                model_name=MODEL_NAME,
                serial_number=SERIAL_NUMBER,
            ),
        )
    )
    for hand, role in _observers(history):
        context.extend(
            sr.ObserverContext(
                observer_type=codes.DCM.Person,
                observer_identifying_attributes=sr.PersonObserverIdentifyingAttributes(
                    name=_ANONYMOUS, login_name=hand.login, role_in_procedure=role
                ),
            )
        )
    return context


def _observers(history: History) -> list[tuple[Hand, Code]]:
    authors = {hand.login: hand for hand in history.authors}.values()
    return [
        *((author, codes.DCM.Performing) for author in authors),
        (history.approver, codes.DCM.Verifying),
    ]


def _name_observers(report: Dataset, history: History) -> None:
    named = [item for item in report.ContentSequence if item.ValueType == "PNAME"]
    for item, (hand, _) in zip(named, _observers(history), strict=True):
        item.PersonName = hand.name


def _group(
    seg: Dataset,
    segment: SegmentSpec,
    measured: SegmentMeasure,
    source_series_uid: str,
) -> sr.VolumetricROIMeasurementsAndQualitativeEvaluations:
    """TID 1411 of one segment."""
    lines = [sr.Measurement(codes.SCT.Volume, round(measured.volume_ml, 3), _MILLILITRE)]
    if measured.diameters is not None:
        lines += [
            sr.Measurement(
                concept, round(getattr(measured.diameters, name), 2), codes.UCUM.Millimeter
            )
            for name, concept in _LINES
        ]
    return sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(
            uid=segment.tracking_uid, identifier=segment.tracking_id
        ),
        referenced_segment=sr.ReferencedSegment(
            sop_class_uid=seg.SOPClassUID,
            sop_instance_uid=seg.SOPInstanceUID,
            segment_number=segment.number,
            source_series=sr.SourceSeriesForSegmentation(source_series_uid),
        ),
        finding_type=resolve_code(segment.property_type),
        finding_category=resolve_category(segment.category),
        algorithm_id=_algorithm(segment),
        measurements=lines,
    )


def _algorithm(segment: SegmentSpec) -> sr.AlgorithmIdentification | None:
    """TID 4019, which needs a name and a version."""
    made = segment.algorithm
    if not (made.name and made.version):
        return None
    families = [Dataset.from_json(dict(item)) for item in made.identification]
    family = next((one.AlgorithmFamilyCodeSequence[0] for one in families), None)
    return sr.AlgorithmIdentification(
        name=made.name,
        version=made.version,
        family=hd.sr.CodedConcept.from_dataset(family) if family else None,
    )


def _comment(text: str) -> sr.TextContentItem:
    return sr.TextContentItem(
        name=codes.DCM.Comment, value=text, relationship_type=sr.RelationshipTypeValues.CONTAINS
    )


def _people(report: Dataset, history: History, device_uid: str) -> None:
    """Author Observer (0040,A078), Participant (0040,A07A), Verifying Observer (0040,A073)."""
    device = Dataset()
    device.ObserverType = "DEV"
    device.StationName = MODEL_NAME
    device.DeviceUID = device_uid
    device.Manufacturer, device.ManufacturerModelName = MANUFACTURER, MODEL_NAME
    device.InstitutionName, device.InstitutionCodeSequence = None, []
    authors = {hand.login: _person(hand) for hand in history.authors}
    report.AuthorObserverSequence = [*authors.values()] or [device]
    report.ParticipantSequence = [
        *(_participant(hand, "ENT") for hand in history.authors),
        _participant(history.approver, "ATTEST"),
    ]
    verifier = Dataset()
    verifier.VerifyingObserverName = history.approver.name
    verifier.VerifyingObserverIdentificationCodeSequence = []
    verifier.VerifyingOrganization = MANUFACTURER
    verifier.VerificationDateTime = DT(history.approver.at)
    report.VerificationFlag = "VERIFIED"
    report.VerifyingObserverSequence = [verifier]


def _person(hand: Hand) -> Dataset:
    person = Dataset()
    person.ObserverType, person.PersonName = "PSN", hand.name
    person.PersonIdentificationCodeSequence = [
        hd.sr.CodedConcept(hand.login, "99NNCDSS", hand.name[:64])
    ]
    person.InstitutionName, person.InstitutionCodeSequence = None, []
    return person


def _participant(hand: Hand, kind: str) -> Dataset:
    person = _person(hand)
    person.ParticipationType = kind
    person.ParticipationDateTime = DT(hand.at)
    return person


def _fix_times(report: Any, made_at: datetime.datetime) -> None:
    """Replace the clock that highdicom put in."""
    date, time = DA(made_at.date()), TM(made_at.time())
    report.ContentDate = report.InstanceCreationDate = date
    report.ContentTime = report.InstanceCreationTime = time
    report.ContributingEquipmentSequence[-1].ContributionDateTime = DT(made_at)
