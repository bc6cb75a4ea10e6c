"""From our tables to the facts of one publication."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar, overload

from django.conf import settings
from django.utils import timezone

from ai.choices import RUN_BY_MODEL, Origin, VersionKind
from ai.manifest import (
    CodeSpec,
    ManifestClass,
    ManifestFact,
    ManifestQuantity,
    ManifestSequence,
    ModelManifest,
    TrackedSegment,
)
from ai.selectors.lineage import tool_told, version_uses
from ai.selectors.publication import publication_find, publication_get, publication_key
from common.person import Person
from emr.choices import EncounterKind, Gender
from fhir.services.resources import PublicationFacts
from fhir.services.resources.codes import ANATOMICAL_STRUCTURES
from fhir.services.resources.facts import (
    PublishedAiResult,
    PublishedClass,
    PublishedCode,
    PublishedEncounter,
    PublishedInstance,
    PublishedMask,
    PublishedModel,
    PublishedOrder,
    PublishedPatient,
    PublishedPractitioner,
    PublishedQuantity,
    PublishedSeries,
    PublishedStudy,
    PublishedVersion,
    PublishedVolume,
)
from ocs.choices import Priority

if TYPE_CHECKING:
    from ai.models import AIJob, Publication, SegmentationVersion
    from emr.models import Encounter, Patient
    from ocs.models import Order
    from pacs.models import Series, Study

GATEWAY_PATH = "/api/ris/dicom-web"
SEGMENTATION_STORAGE = "1.2.840.10008.5.1.4.1.1.66.4"
T = TypeVar("T", ManifestQuantity, ManifestClass)


def publication_facts(job_id: int) -> PublicationFacts:
    """Everything the Bundle of one approval says, as the tables know it now.

    Raises ValueError if nobody has approved the job, or its study has no patient.
    """
    return facts_of(publication_get(job_id))


def facts_of(publication: Publication, *, with_series: bool = True) -> PublicationFacts:
    """``publication_facts`` of this one; without ``with_series`` the study has only the series
    that the result names, and of them no image but the SEG.
    """
    job = publication.job
    job_id = job.pk
    if job.result is None or job.reviewed_by is None or job.reviewed_at is None:
        raise ValueError(f"AI job {job_id} is not approved")
    study, manifest = job.study, job.manifest
    patient = study.patient if study else job.patient
    if patient is None:
        raise ValueError(f"the study of AI job {job_id} has no patient")
    order = study.order if study else None
    return PublicationFacts(
        patient=patient_facts(patient),
        study=_study(publication, with_series=with_series),
        source_series_instance_uid=job.series.series_instance_uid if job.series else None,
        seg_series_instance_uid=publication.seg_series_instance_uid,
        seg_sop_instance_uid=publication.seg_sop_instance_uid,
        model=model_facts(manifest),
        by_model=job.origin in RUN_BY_MODEL,
        file_origin=_file_origin(job),
        ai_result=_ai_result(job, job.result, manifest),
        version=_version(publication),
        approver=practitioner_facts(job.reviewed_by),
        approved_at=job.reviewed_at,
        gateway_url=f"{settings.PUBLIC_BASE_URL}{GATEWAY_PATH}",
        identifier_base=settings.FHIR_IDENTIFIER_BASE,
        order=order_facts(order),
        encounter=encounter_facts(order.encounter) if order else None,
        comment=job.review_comment,
        preview_png=base64.b64decode(job.result["preview_png"]) or None,
    )


def _study(publication: Publication, *, with_series: bool) -> PublishedStudy | None:
    study, source = publication.job.study, publication.job.series
    if study is None or source is None or with_series:
        return study_facts(study) if study else None
    named = [_series(source, [])]
    if publication.seg_series_instance_uid and publication.seg_sop_instance_uid:
        seg = PublishedInstance(
            sop_instance_uid=publication.seg_sop_instance_uid, sop_class_uid=SEGMENTATION_STORAGE
        )
        uid = publication.seg_series_instance_uid
        named.append(PublishedSeries(series_instance_uid=uid, modality="SEG", instances=(seg,)))
    return replace(study_facts(study, []), series=tuple(named))


def patient_facts(patient: Patient) -> PublishedPatient:
    return PublishedPatient(
        mrn=patient.patient_id,
        full_name=patient.full_name,
        birth_date=patient.birth_date,
        gender=Gender(patient.gender),
    )


def practitioner_facts(user: Person) -> PublishedPractitioner:
    return PublishedPractitioner(username=user.username, full_name=user.full_name or user.username)


AS_CODED = {"PMAP": "OT"}
"""Modalities of ours that are no code of DICOM's (CID 29), by the code that includes them."""


def study_facts(
    study: Study, series: Iterable[Series] | None = None, *, with_instances: bool = True
) -> PublishedStudy:
    """``series``: those of the study with their instances, where they are read already."""
    if series is None:
        series = study.series.prefetch_related("instances")
    return PublishedStudy(
        study_instance_uid=study.study_instance_uid,
        started=_started(study.study_date, study.study_time),
        description=study.description,
        series=tuple(_series(one, one.instances.all() if with_instances else ()) for one in series),
    )


def _series(series: Series, instances: Iterable[Any]) -> PublishedSeries:
    """``instance_count`` of a row that has one; else it has as many as ``instances``."""
    return PublishedSeries(
        series_instance_uid=series.series_instance_uid,
        modality=AS_CODED.get(series.modality, series.modality),
        number=series.number,
        description=series.description,
        body_part_examined=series.body_part,
        instance_count=getattr(series, "instance_count", None),
        instances=tuple(
            PublishedInstance(
                sop_instance_uid=i.sop_instance_uid, sop_class_uid=i.sop_class_uid, number=i.number
            )
            for i in instances
        ),
    )


def _started(day: date | None, time: str) -> date | datetime | None:
    """DICOM Study Date and Time are the hospital's local time; a bad time leaves the date.

    A Time may end after the hour or the minute (PS3.5 6.2, TM).
    """
    if day is None:
        return None
    digits = time.strip().partition(".")[0]
    if len(digits) not in (2, 4, 6):
        return day
    try:
        clock = datetime.strptime(digits.ljust(6, "0"), "%H%M%S").time()  # noqa: DTZ007
    except ValueError:
        return day
    return timezone.make_aware(datetime.combine(day, clock))


def model_facts(manifest: ModelManifest) -> PublishedModel:
    return PublishedModel(
        id=manifest.id,
        version=manifest.version,
        name=manifest.name,
        manufacturer=manifest.manufacturer,
        udi=manifest.udi,
        body_site=_code(manifest.body_site),
        confidence_label=manifest.outputs.confidence_label,
        confidence_meaning=manifest.outputs.confidence or "",
        risk_score_meaning=manifest.outputs.risk_score or "",
    )


def _code(code: CodeSpec | None) -> PublishedCode | None:
    return PublishedCode(**asdict(code)) if code else None


def _ai_result(job: AIJob, result: dict[str, Any], manifest: ModelManifest) -> PublishedAiResult:
    outputs = manifest.outputs
    finished = max(event.at for event in job.events.all() if event.step == "completed")
    return PublishedAiResult(
        job_id=job.pk,
        finished_at=finished,
        risk_score=result["risk_score"],
        confidence=result["confidence"],
        quantities=tuple(
            PublishedQuantity(
                id=declared.id,
                label=declared.label,
                value=given["value"],
                unit=declared.unit,
                code=_code(declared.code),
            )
            for declared, given in _paired(outputs.quantities, result, "quantities")
        ),
        classes=tuple(
            PublishedClass(
                id=declared.id,
                label=declared.label,
                probability=given["probability"],
                code=_code(declared.code),
            )
            for declared, given in _paired(outputs.classes, result, "classes")
        ),
        chosen=manifest.kind == "rule",
        statements=tuple(each["text"] for each in result.get("statements", [])),
        inputs=tuple(_inputs(job, manifest)),
        masks=tuple(_masks(job, manifest)),
        parameters=job.parameters,
    )


def _inputs(job: AIJob, manifest: ModelManifest) -> Iterator[str]:
    """What a rule was given, with the day and the place where it is written; and the series of a
    model of several sequences."""
    declared_inputs: tuple[ManifestFact | ManifestSequence, ...] = (
        *manifest.inputs.facts,
        *manifest.inputs.sequences,
    )
    for declared in declared_inputs:
        fact = (job.facts or {}).get(declared.name)
        if fact is None or isinstance(fact["value"], dict):
            continue
        value = fact["value"]
        if isinstance(value, bool):
            value = "yes" if value else "no"
        source = " ".join([fact["source"]["kind"], fact["source"]["id"]])
        yield f"{declared.label}: {value} {fact['unit']}".strip() + f" ({fact['at']}, {source})"


def _masks(job: AIJob, manifest: ModelManifest) -> Iterator[PublishedMask]:
    for declared in manifest.inputs.facts:
        fact = (job.facts or {}).get(declared.name)
        if fact is None or not isinstance(fact["value"], dict):
            continue
        publication = publication_find(int(fact["source"]["id"]))
        if publication is not None and publication.job.study is not None:
            yield PublishedMask(
                label=declared.label,
                study_instance_uid=publication.job.study.study_instance_uid,
                seg_sop_instance_uid=publication.seg_sop_instance_uid or "",
                imaging_study=publication.fhir_imaging_study,
                study_id=publication.job.study_id,
            )


def _file_origin(job: AIJob) -> Mapping[str, str]:
    """What an imported file says of itself."""
    if job.origin != Origin.IMPORT:
        return {}
    told = ("kind", "author", "device")
    return {name: job.parameters[name] for name in told if job.parameters.get(name)}


def _paired(declared: tuple[T, ...], result: dict[str, Any], name: str) -> list[tuple[T, Any]]:
    """Each output that the result holds, as it is declared; rows of before have no such list."""
    values = {given["id"]: given for given in result.get(name, [])}
    return [(output, values[output.id]) for output in declared if output.id in values]


def _author(version: SegmentationVersion) -> PublishedPractitioner | None:
    """Who drew or edited it; None of a model's mask and of one as its file holds it."""
    as_imported = version.segmentation.job.origin == Origin.IMPORT and version.parent_id is None
    return practitioner_facts(version.author) if version.author and not as_imported else None


def _version(publication: Publication) -> PublishedVersion:
    version = publication.version
    if version is None:
        return PublishedVersion(
            version=1,
            uuid=publication_key(publication),
            kind=VersionKind.AI,
            author=None,
            volumes=(),
        )
    segments: tuple[TrackedSegment, ...] = version.segmentation.tracked_segments
    return PublishedVersion(
        version=version.version,
        uuid=publication_key(publication),
        kind=VersionKind(version.kind),
        author=_author(version),
        tools=tuple(dict.fromkeys(map(tool_told, version_uses(version)))),
        volumes=tuple(
            PublishedVolume(
                segment_number=segment.number,
                label=segment.label,
                code_value=segment.type.value,
                code_scheme=segment.type.scheme,
                code_meaning=segment.type.meaning,
                volume_ml=version.volumes_ml[str(segment.number)],
                anatomical=segment.category.scheme == "SCT"
                and segment.category.value in ANATOMICAL_STRUCTURES,
                tracking_uid=segment.tracking_uid,
            )
            for segment in segments
        ),
    )


@overload
def order_facts(order: Order) -> PublishedOrder: ...
@overload
def order_facts(order: None) -> None: ...
def order_facts(order: Order | None) -> PublishedOrder | None:
    if order is None:
        return None
    return PublishedOrder(
        order_number=str(order.pk),
        accession_number=order.accession_number,
        ordered_by=practitioner_facts(order.ordered_by),
        ordered_at=order.ordered_at,
        job_role=order.job_role,
        examination=order.job_type,
        priority=Priority(order.priority),
        status=order.status,
        reason=order.clinical_info,
    )


@overload
def encounter_facts(encounter: Encounter) -> PublishedEncounter: ...
@overload
def encounter_facts(encounter: None) -> None: ...
def encounter_facts(encounter: Encounter | None) -> PublishedEncounter | None:
    if encounter is None:
        return None
    return PublishedEncounter(
        encounter_number=str(encounter.pk),
        kind=EncounterKind(encounter.kind),
        started_at=encounter.started_at,
        ended_at=encounter.ended_at,
    )
