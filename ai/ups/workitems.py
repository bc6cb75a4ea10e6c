"""A job as a Unified Procedure Step (PS3.3 annex B.26, PS3.4 table CC.2.5-3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, QuerySet

from ai.choices import JobStatus, Origin, ReviewStatus, WorkitemPriority
from ai.models import AIJob, AIJobEvent, FormerWorkitem, Publication, Workitem
from ai.services.waiting import outlook
from ai.ups.data_sets import Elements, code, data_set, moment, tag
from ai.ups.states import ANALYSED, FINAL, PROGRESS_AFTER, State, state_of
from common.errors import ErrorCode, NotFound
from common.person import Person
from emr.choices import Gender
from ocs.choices import Priority
from pacs.derived.addresses import instance_url
from pacs.dicomweb.attributes import series_url
from pacs.index import images
from pacs.index.objects import sop_classes

if TYPE_CHECKING:
    from pacs.models import Series

UPS_PUSH = "1.2.840.10008.5.1.4.34.6.1"
WORKLIST = "NeuroNova AI"
MODEL_VERSION = "model_version"
DISCONTINUED = code("110513", "Discontinued for unspecified reason", "DCM")
URGENCIES = {
    WorkitemPriority.HIGH: Priority.STAT,
    WorkitemPriority.MEDIUM: Priority.ROUTINE,
    WorkitemPriority.LOW: Priority.ROUTINE,
}
"""Of the job. HIGH is what DICOM calls STAT; MEDIUM is what a client says that is in no hurry."""
_OUTPUTS = ("seg", "sr", "map")


def workitems_visible_to(user: Person) -> QuerySet[AIJob]:
    """The jobs that a model does; what a person draws or imports is no work to be done."""
    return (
        AIJob.objects.visible_to(user)
        .filter(workitem_uid__isnull=False)
        .exclude(origin__in=(Origin.MANUAL, Origin.IMPORT))
        .select_related("study", "patient", "series__study", "publication", "workitem")
        .prefetch_related("events", "former_workitems")
        .defer("result")
    )


def workitem_get(user: Person, workitem_uid: str) -> AIJob:
    """Raises NotFound for what this person may not see."""
    seen = workitems_visible_to(user)
    job = seen.filter(workitem_uid=workitem_uid).first() or _as_it_was(seen, workitem_uid)
    if job is None:
        raise NotFound(ErrorCode.AI_JOB_NOT_FOUND, f"workitem {workitem_uid}", "workitem")
    return job


def _as_it_was(seen: QuerySet[AIJob], workitem_uid: str) -> AIJob | None:
    """The job when this workitem of it failed, before it was run again (not to be saved)."""
    former = FormerWorkitem.objects.filter(workitem_uid=workitem_uid).first()
    if former is None:
        return None
    then = Prefetch("events", AIJobEvent.objects.filter(pk__lte=former.last_step))
    rows = seen.prefetch_related(None).prefetch_related(then, "former_workitems")
    job = rows.filter(pk=former.job_id).first()
    return as_former(job, former) if job else None


def as_former(job: AIJob, former: FormerWorkitem) -> AIJob:
    """The same row with what was so of it as that workitem."""
    found = copy(job)
    found.workitem_uid = former.workitem_uid
    found.status, found.review_status = JobStatus.FAILED, ReviewStatus.PENDING
    found.error_code, found.error_detail = former.error_code, former.error_detail
    return found


def listed(jobs: Iterable[AIJob]) -> list[Elements]:
    """Without what only one alone tells: the instances of the input, the progress of a run."""
    page = list(jobs)
    classes = sop_classes([uid for job in page for _, uid in _published(job)])
    inputs = inputs_of(page)
    return [_workitem(job, classes, inputs[job.pk]) for job in page]


def whole(job: AIJob) -> Elements:
    """With the progress of its run, for which the inference service is asked."""
    classes = sop_classes([uid for _, uid in _published(job)])
    inputs = inputs_of([job])[job.pk]
    shown = _workitem(job, classes, inputs, outlook(job).progress)
    items = shown[tag("InputInformationSequence")].get("Value", [])
    for item, series in zip(items, inputs, strict=True):
        item.update(data_set(ReferencedSOPSequence=_instances(series)))
    return shown


def inputs_of(jobs: Iterable[AIJob]) -> dict[int, list[Series]]:
    """By job the series that it is run on, of a model of several sequences in the model's order.

    Those that are another patient's by now are left out: who sees the job may not see them.
    """
    page = list(jobs)
    named = {job.pk: list(_sequences(job)) for job in page}
    found = images.series_by_uid({uid for uids in named.values() for uid in uids})
    return {
        job.pk: [
            series
            for uid in named[job.pk]
            if (series := found.get(uid)) and series.study.patient_id == job.patient_id
        ]
        or ([job.series] if job.series else [])
        for job in page
    }


def with_sequence_of(owners: Mapping[str, int | None]) -> list[int]:
    """The jobs of models of several sequences that are run on one of these, as `inputs_of` says.

    ``owners``: by UID of the series whose it is now.
    """
    jobs = AIJob.objects.filter(
        patient__in=set(owners.values()) - {None}, series__isnull=False, facts__isnull=False
    )
    return [
        job.pk
        for job in jobs.only("patient", "facts")
        if any(owners.get(fact["value"]) == job.patient_id for fact in (job.facts or {}).values())
    ]


def said_of(job: AIJob) -> Workitem:
    """What a client said of it, or what stands for that (not stored)."""
    kept: Workitem | None = getattr(job, "workitem", None)
    stat = job.urgency == Priority.STAT
    return kept or Workitem(
        job=job,
        label=job.model_id,
        worklist_label=WORKLIST,
        priority=WorkitemPriority.HIGH if stat else WorkitemPriority.MEDIUM,
    )


def _sequences(job: AIJob) -> Iterator[str]:
    """The Series Instance UIDs of a model of several sequences, in their order."""
    facts = job.facts if job.series and job.facts else {}
    for sequence in job.model_manifest.get("inputs", {}).get("sequences", []):
        if fact := facts.get(sequence["id"]):
            yield fact["value"]


def _workitem(
    job: AIJob,
    classes: Mapping[str, str],
    inputs: Iterable[Series],
    progress: float | None = None,
) -> Elements:
    state, said, study = state_of(job), said_of(job), job.study
    return data_set(
        SpecificCharacterSet="ISO_IR 192",
        SOPClassUID=UPS_PUSH,
        SOPInstanceUID=job.workitem_uid,
        ProcedureStepState=state,
        ProcedureStepProgressInformationSequence=[_progress(job, state, said, progress)],
        ScheduledProcedureStepPriority=said.priority,
        ScheduledProcedureStepModificationDateTime=moment(job.updated_at),
        ProcedureStepLabel=said.label,
        WorklistLabel=said.worklist_label,
        ScheduledProcessingParametersSequence=_parameters(job),
        ScheduledStationNameCodeSequence=None,
        ScheduledStationClassCodeSequence=None,
        ScheduledStationGeographicLocationCodeSequence=None,
        ScheduledProcedureStepStartDateTime=moment(job.created_at),
        ScheduledWorkitemCodeSequence=[_model(job)],
        CommentsOnTheScheduledProcedureStep=None,
        InputReadinessState="READY",
        InputInformationSequence=[_input(series) for series in inputs],
        ReplacedProcedureStepSequence=_replaced(job),
        StudyInstanceUID=study.study_instance_uid if study else None,
        **_patient(job),
        ReferencedRequestSequence=_request(job),
        UnifiedProcedureStepPerformedProcedureSequence=_performed(job, state, classes),
    )


def _patient(job: AIJob) -> dict[str, Any]:
    return {
        "PatientName": job.patient.full_name,
        "PatientID": job.patient.patient_id,
        "PatientBirthDate": f"{job.patient.birth_date:%Y%m%d}".zfill(8),
        "PatientSex": None if job.patient.gender == Gender.UNKNOWN else job.patient.gender,
        "AdmissionID": None,
        "IssuerOfAdmissionIDSequence": None,
        "AdmittingDiagnosesDescription": None,
        "AdmittingDiagnosesCodeSequence": None,
    }


def _request(job: AIJob) -> list[Elements]:
    """What the images were requested by."""
    if job.study is None:
        return []
    request = data_set(
        StudyInstanceUID=job.study.study_instance_uid,
        AccessionNumber=job.study.accession_number,
        RequestedProcedureID=None,
        RequestedProcedureDescription=None,
    )
    return [request]


def _model(job: AIJob) -> Elements:
    return code(job.model_id, str(job.model_manifest.get("name", job.model_id)))


def _parameters(job: AIJob) -> list[Elements]:
    """The model's version, and the values that were asked for."""
    version = data_set(
        ValueType="TEXT",
        ConceptNameCodeSequence=[code(MODEL_VERSION, "Model version")],
        TextValue=job.model_version,
    )
    values = [
        data_set(
            ValueType="NUMERIC",
            ConceptNameCodeSequence=[code(name, name)],
            NumericValue=value,
            MeasurementUnitsCodeSequence=[code("1", "no units", "UCUM")],
        )
        for name, value in job.parameters.items()
        if isinstance(value, int | float)
    ]
    return [version, *values]


def _input(series: Series) -> Elements:
    return data_set(
        TypeOfInstances="DICOM",
        StudyInstanceUID=series.study.study_instance_uid,
        SeriesInstanceUID=series.series_instance_uid,
        WADORSRetrievalSequence=[data_set(RetrieveURL=series_url(series))],
    )


def _replaced(job: AIJob) -> list[Elements]:
    """The workitem that failed before this run of the job."""
    newest = max((event.pk for event in job.events.all()), default=0)
    before = [one for one in job.former_workitems.all() if one.last_step < newest]
    return [_reference(UPS_PUSH, one.workitem_uid) for one in before[-1:]]


def _instances(series: Series) -> list[Elements]:
    known = series.instances.order_by("number", "pk")
    return [_reference(*row) for row in known.values_list("sop_class_uid", "sop_instance_uid")]


def _reference(sop_class_uid: str, sop_instance_uid: str) -> Elements:
    return data_set(ReferencedSOPClassUID=sop_class_uid, ReferencedSOPInstanceUID=sop_instance_uid)


def _progress(job: AIJob, state: State, said: Workitem, progress: float | None) -> Elements:
    if state is State.CANCELED:
        return _cancellation(job, said)
    if job.status == JobStatus.COMPLETED:
        last = [event.step for event in job.events.all() if event.step in PROGRESS_AFTER]
        description = PROGRESS_AFTER[last[-1]] if last else ANALYSED
        return data_set(
            ProcedureStepProgress=100,
            ProcedureStepProgressDescription=None if state is State.COMPLETED else description,
        )
    known = progress is not None and state is State.IN_PROGRESS
    return data_set(
        ProcedureStepProgress=round(100 * (progress or 0)) if known else None,
        ProcedureStepProgressDescription=None,
    )


def _cancellation(job: AIJob, said: Workitem) -> Elements:
    """Why, and when: the item of the progress sequence."""
    asked = said.cancellation
    return data_set(
        ProcedureStepCancellationDateTime=moment(_at(job, "cancelled", "failed", "rejected")),
        ReasonForCancellation=why_canceled(job, said),
        ContactDisplayName=asked.get("contact_name"),
        ContactURI=asked.get("contact_uri"),
        ProcedureStepDiscontinuationReasonCodeSequence=[DISCONTINUED],
    )


def why_canceled(job: AIJob, said: Workitem) -> str:
    if job.review_status == ReviewStatus.REJECTED:
        return "The result was rejected at its review"
    if job.status == JobStatus.FAILED:
        return f"The analysis failed: {job.error_code} {job.error_detail}".strip()
    return str(said.cancellation.get("reason", ""))


def _performed(job: AIJob, state: State, classes: Mapping[str, str]) -> list[Elements]:
    begun = _at(job, "processing")
    if begun is None:
        return []
    ended = _at(job, "published", "cancelled", "failed", "rejected") if state in FINAL else None
    performed = data_set(
        PerformedStationNameCodeSequence=[code("INFERENCE", "NeuroNova inference service")],
        PerformedProcedureStepStartDateTime=moment(begun),
        PerformedProcedureStepEndDateTime=moment(ended),
        PerformedWorkitemCodeSequence=[_model(job)],
        PerformedProcessingParametersSequence=_parameters(job),
        OutputInformationSequence=_output(job, classes) if state is State.COMPLETED else None,
    )
    return [performed]


def _at(job: AIJob, *steps: str) -> datetime | None:
    """When the last of these steps was done."""
    return max((event.at for event in job.events.all() if event.step in steps), default=None)


def _published(job: AIJob) -> list[tuple[str, str]]:
    """Series and SOP Instance UID of what an approved result became in the archive."""
    publication: Publication | None = getattr(job, "publication", None)
    if publication is None:
        return []
    uids = [
        (
            getattr(publication, f"{kind}_series_instance_uid"),
            getattr(publication, f"{kind}_sop_instance_uid"),
        )
        for kind in _OUTPUTS
    ]
    return [(series, instance) for series, instance in uids if series and instance]


def _output(job: AIJob, classes: Mapping[str, str]) -> list[Elements]:
    """SEG, report and map, as far as the archive shows them."""
    if job.study is None:
        return []
    study = job.study.study_instance_uid
    return [
        data_set(
            TypeOfInstances="DICOM",
            StudyInstanceUID=study,
            SeriesInstanceUID=series,
            ReferencedSOPSequence=[_reference(classes[instance], instance)],
            WADORSRetrievalSequence=[data_set(RetrieveURL=instance_url(study, series, instance))],
        )
        for series, instance in _published(job)
        if instance in classes
    ]
