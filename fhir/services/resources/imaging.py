"""What was imaged and where to get it: ImagingStudy and Endpoint."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from uuid import NAMESPACE_URL, uuid5

from fhir.services.resources.actors import Actors
from fhir.services.resources.codes import body_site, procedure
from fhir.services.resources.elements import (
    DCM,
    HL7,
    BundleEntry,
    Json,
    coding,
    compact,
    dicom_identifier,
    identified,
    identifier,
    moment,
    under_id,
)
from fhir.services.resources.facts import (
    PublicationFacts,
    PublishedInstance,
    PublishedSeries,
    PublishedStudy,
)


def endpoint_entry(gateway_url: str, *, base: str) -> BundleEntry:
    """Endpoint: WADO-RS at our gateway, where rights are checked; never the archive itself.

    The installation has one, under a fixed id.
    """
    connection_type = coding(f"{HL7}/endpoint-connection-type", "dicom-wado-rs", "DICOM WADO-RS")
    return under_id(
        "Endpoint",
        str(uuid5(NAMESPACE_URL, f"{base}/endpoint")),
        identifier=[identifier(f"{base}/endpoint", "dicom-web")],
        status="active",
        connectionType=connection_type,
        name="DICOMweb gateway",
        payloadType=[{"text": "DICOM WADO-RS"}],
        payloadMimeType=["application/dicom"],
        address=gateway_url,
    )


def imaging_study_entry(
    study: PublishedStudy, actors: Actors, endpoint: BundleEntry
) -> BundleEntry:
    """ImagingStudy, by Study Instance UID, with every series of the study."""
    series = sorted(study.series, key=lambda s: (s.number or 0, s.series_instance_uid))
    modalities = sorted({s.modality for s in series})
    return identified(
        "ImagingStudy",
        dicom_identifier(study.study_instance_uid),
        status="available",
        modality=[coding(DCM, modality) for modality in modalities],
        **actors.subject,
        started=study.started and moment(study.started),
        basedOn=actors.based_on,
        referrer=actors.requester and actors.requester.reference,
        endpoint=[endpoint.reference],
        numberOfSeries=len(series),
        numberOfInstances=sum(s.size for s in series),
        procedureCode=_procedures(series),
        description=study.description,
        series=[_series(s) for s in series],
    )


def mask_references(facts: PublicationFacts) -> list[Json]:
    """The studies of the masks that a rule measured, each with the SEG in it.

    By the server's own id where it is known, and by the Study Instance UID.
    """
    return [
        compact(
            {
                "reference": f"ImagingStudy/{mask.imaging_study}" if mask.imaging_study else None,
                "type": "ImagingStudy",
                "identifier": dicom_identifier(mask.study_instance_uid),
                "display": f"{mask.label}: SEG {mask.seg_sop_instance_uid}",
            }
        )
        for mask in facts.ai_result.masks
    ]


def _procedures(series: Iterable[PublishedSeries]) -> list[Json]:
    """The examinations that the series tell of, each once."""
    found = (procedure(one.modality, one.body_part_examined) for one in series)
    return [code for code, _ in groupby(sorted(filter(None, found), key=str))]


def _series(series: PublishedSeries) -> Json:
    instances = sorted(series.instances, key=lambda i: (i.number or 0, i.sop_instance_uid))
    return compact(
        {
            "uid": series.series_instance_uid,
            "number": _unsigned(series.number),
            "modality": coding(DCM, series.modality),
            "description": series.description,
            "numberOfInstances": series.size,
            "bodySite": body_site(series.body_part_examined),
            "instance": [_instance(i) for i in instances],
        }
    )


def _instance(instance: PublishedInstance) -> Json:
    return compact(
        {
            "uid": instance.sop_instance_uid,
            "sopClass": coding("urn:ietf:rfc:3986", f"urn:oid:{instance.sop_class_uid}"),
            "number": _unsigned(instance.number),
        }
    )


def _unsigned(number: int | None) -> int | None:
    """DICOM's Integer String may be negative, FHIR's unsignedInt not: better no number."""
    return number if number is not None and number >= 0 else None
