"""The states of an AI job: requested, run, completed or failed with a reason; never stuck."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from pydantic import JsonValue

from ai.choices import OPEN, TRANSITIONS, JobStatus
from ai.clients.inference import RunResult, inference
from ai.events import JOB_CANCELLED, JOB_COMPLETED, JOB_FAILED
from ai.manifest import ModelManifest
from ai.models import AIJob, AIJobEvent, FormerWorkitem, ModelSetting
from ai.selectors import jobs as job_selectors
from ai.selectors.queue import queued_get
from ai.services import catalogue, segmentations
from ai.services.notices import job_alert
from ai.services.queue import places_forget
from ai.services.rule_runs import rule_run
from ai.services.run_requests import (
    also_ask,
    input_key,
    job_ask,
    limit_check,
    run_key,
    run_request,
)
from ai.services.sequences import sequence_facts, sequences_of_request
from ai.services.series_runs import series_run
from alert.choices import Kind
from audit import services as audit
from common.errors import (
    AppError,
    BusinessError,
    ErrorCode,
    ExternalError,
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from common.outbox import services as outbox
from common.person import Person
from pacs.dicom.uids import new_uid
from pacs.index import studies
from rbac.permissions import Permission

if TYPE_CHECKING:
    from pacs.models import Series, Study


def job_transition(job: AIJob, status: JobStatus, *, actor: Person | None = None) -> None:
    """Move a locked job. Raises BusinessError when the state machine forbids it."""
    if status not in TRANSITIONS[job.status]:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"the job is {job.status}", "status")
    job.status = status
    job.version += 1
    job.save()
    transaction.on_commit(places_forget, robust=True)
    AIJobEvent.objects.create(
        job=job, step=status.value.lower(), actor_id=actor.pk if actor else None
    )


def job_lock(job_id: int) -> AIJob:
    """The job under a row lock (inside a transaction). Raises NotFound."""
    job = AIJob.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotFound(ErrorCode.AI_JOB_NOT_FOUND, f"job {job_id}", "id")
    return job


def job_create(
    *,
    actor: Person,
    study_instance_uid: str,
    model_type: str,
    model_version: str | None = None,
    series_instance_uid: str | None = None,
    sequences: dict[str, str] | None = None,
    parameters: dict[str, Any] | None = None,
    urgency: str | None = None,
) -> AIJob:
    """Request a model for a series; without one, the series that suits the model best.

    An equal request is the same job, as ``job_ask`` says. ``urgency``: the order's without one.
    ``sequences``: Series Instance UIDs by the ids of a model of several sequences; of one that is
    not named, the best series of the study. ``series_instance_uid`` is then the reference.

    Raises NotFound (study, also an unmatched one; series, model), BusinessError (unsuitable
    series, the limit of a person), InvalidInput (a sequence that the model does not have),
    ConflictError (a study moved meanwhile), ExternalError (the inference service does not list its
    models).
    """
    study = studies.study_get(actor, study_instance_uid, Permission.VIEW_DICOM)
    if study.patient is None:
        raise BusinessError(ErrorCode.STUDY_UNMATCHED, f"study {study_instance_uid}")
    manifest = catalogue.model_get(model_type, model_version)
    if manifest.kind == "assist":
        detail = "this model works on what is drawn: open the images and draw"
        raise BusinessError(ErrorCode.MODEL_REFUSED_INPUT, detail, "model_type")
    series, chosen = _series_of(actor, study, manifest, series_instance_uid, sequences or {})
    return job_ask(
        actor=actor,
        patient_id=study.patient.pk,
        manifest=manifest,
        key=series_key(manifest, series, parameters or {}, chosen),
        urgency=urgency or (study.order.priority if study.order else None),
        detail={"series": series.series_instance_uid},
        rests_on={one.study_id for one in (series, *chosen.values())},
        study=study,
        series=series,
        parameters=parameters or {},
        facts=sequence_facts(chosen) or None,
    )


def series_key(
    manifest: ModelManifest,
    series: Series,
    parameters: dict[str, Any],
    sequences: Mapping[str, Series] | None = None,
) -> str:
    """Of a series as it is now, and of the others of a model of several sequences.

    With more images it is another input.
    """
    others = [[name, *_images(one)] for name, one in sorted((sequences or {}).items())]
    return input_key(manifest, [*_images(series), *others], parameters)


def _images(series: Series) -> list[Any]:
    rows = series.instances.order_by("sop_instance_uid")
    return [series.series_instance_uid, list(rows.values_list("sop_instance_uid", flat=True))]


def _series_of(
    actor: Person,
    study: Study,
    manifest: ModelManifest,
    series_instance_uid: str | None,
    sequences: dict[str, str],
) -> tuple[Series, dict[str, Series]]:
    """The series on whose grid the result lies, and those of a model of several sequences."""
    reference = manifest.inputs.reference
    if manifest.inputs.sequences or sequences:
        named = {reference: series_instance_uid} if reference and series_instance_uid else {}
        if named.items() - sequences.items() and reference in sequences:
            raise InvalidInput(ErrorCode.VALIDATION, "two series for the reference", "sequences")
        found = sequences_of_request(actor, study, manifest, named | sequences)
        return found[reference], found
    if series_instance_uid is None:
        return catalogue.best_series(study, manifest), {}
    series = studies.series_get(study, series_instance_uid)
    catalogue.check_series(series, manifest)
    return series, {}


def job_run(job_id: int) -> None:
    """Run the model and keep its result; a mask becomes version 1. Safe to call again.

    A refusal of the model fails the job; an ExternalError is the outbox's to retry.
    """
    with transaction.atomic():
        job = job_lock(job_id)
        if job.status not in OPEN:
            return
        if job.status == JobStatus.PENDING:
            job.started_at = timezone.now()
            job_transition(job, JobStatus.PROCESSING)
    try:
        _check_in_use(job)
        result, draft = _analyse(job)
    except (BusinessError, NotFound, InvalidInput) as error:
        job_fail(job_id, error)
        return
    except ExternalError:
        if AIJob.objects.filter(pk=job_id, status=JobStatus.CANCELLED).exists():
            return  # its run was ended for that
        raise
    with transaction.atomic():
        job = job_lock(job_id)
        if job.status != JobStatus.PROCESSING:
            return
        volumes = segmentations.segmentation_create(job, draft).volumes_ml if draft else {}
        job.result = _result(job.manifest, result, volumes)
        job.seconds = result.processing_time
        job.record = result.record.model_dump() if result.record else None
        job_transition(job, JobStatus.COMPLETED)
        outbox.publish(JOB_COMPLETED, aggregate=f"ai_job:{job.pk}", payload={"job_id": job.pk})


def _check_in_use(job: AIJob) -> None:
    """Raises NotFound if the hospital switched the model off meanwhile."""
    if ModelSetting.objects.filter(model_id=job.model_id, enabled=False).exists():
        raise NotFound(ErrorCode.MODEL_NOT_FOUND, f"model {job.model_id} is switched off", "model")


def _analyse(job: AIJob) -> tuple[RunResult, segmentations.Draft | None]:
    """The model's result, checked against its manifest, and its mask if it makes one."""
    manifest = job.manifest
    result = rule_run(job) if job.series is None else series_run(job)
    check_outputs(manifest, result)
    if job.series is None or not manifest.makes_mask:
        return result, None
    mask = inference().mask(result.job_id)
    heat = inference().probability(result.job_id) if result.has_probability else None
    return result, segmentations.draft_from_result(job, result, mask, heat)


def check_outputs(manifest: ModelManifest, result: RunResult) -> None:
    """What is declared is there; a rule gives those that apply. Raises ExternalError."""
    outputs = manifest.outputs
    for name, given, declared in (
        ("quantities", [q.id for q in result.quantities], [q.id for q in outputs.quantities]),
        ("classes", [c.id for c in result.classes], [c.id for c in outputs.classes]),
    ):
        if given != [name for name in declared if manifest.kind != "rule" or name in given]:
            detail = f"{name} are not those of the manifest"
            raise ExternalError(ErrorCode.INFERENCE_FAILED, detail, retryable=False)


def _result(
    manifest: ModelManifest, result: RunResult, volumes_ml: dict[str, float]
) -> dict[str, JsonValue]:
    """The result as the row and the API hold it; labels and units come from the manifest."""
    outputs = manifest.outputs
    values = {given.id: given.value for given in result.quantities}
    classes = {given.id: given.probability for given in result.classes}
    return {
        "risk_score": result.risk_score,
        "confidence": result.confidence,
        "processing_time": result.processing_time,
        "preview_png": result.segmentation,
        "warnings": [*result.warnings],
        "measurements": [
            {"label": segment.label, "volume_ml": volumes_ml[str(segment.number)]}
            for segment in outputs.segments
        ],
        "quantities": [
            {"id": known.id, "label": known.label, "value": values[known.id], "unit": known.unit}
            for known in outputs.quantities
            if known.id in values
        ],
        "classes": [
            {"id": known.id, "label": known.label, "probability": classes[known.id]}
            for known in outputs.classes
            if known.id in classes
        ],
        "statements": [statement.model_dump() for statement in result.statements],
    }


@transaction.atomic
def job_fail(job_id: int, error: AppError) -> None:
    """End the job with the reason, unless it ended already."""
    job = job_lock(job_id)
    if job.status not in OPEN:
        return
    job.error_code = error.code.value.code
    job.error_detail = error.detail
    job_transition(job, JobStatus.FAILED)
    outbox.publish(JOB_FAILED, aggregate=f"ai_job:{job.pk}", payload={"job_id": job.pk})


@transaction.atomic
def job_cancel(*, actor: Person, job_id: int) -> AIJob:
    """Take the request back; the job goes on while somebody else asked for it too.

    Without anybody else its run is ended, and a result that still arrives is dropped. One that a
    routing rule alone asked for is cancelled by whoever sees it. Raises NotFound, BusinessError (it
    is over), PermissionDenied (others asked for it, and not the ``actor``).
    """
    job = _changed_by(actor, job_id, "ai_job.cancel")
    asked = job_selectors.askers(job)
    if job.status not in OPEN or asked <= {actor.pk}:
        return _cancelled(actor, job)
    if actor.pk not in asked:
        raise PermissionDenied("who asked for it may cancel it, or who manages the models")
    _leave(actor, job)
    return job


def _leave(actor: Person, job: AIJob) -> None:
    """To the others: of two, the longest asking stands for the job in the queue."""
    job.also_asked.remove(actor.pk)
    if job.requested_by_id == actor.pk:
        others = AIJob.also_asked.through.objects.filter(aijob=job).order_by("pk")
        job.requested_by_id = others.values_list("user", flat=True)[0]
        job.also_asked.remove(job.requested_by_id)
        job.version += 1
        job.save()
        transaction.on_commit(places_forget, robust=True)


@transaction.atomic
def queued_cancel(*, actor: Person, job_id: int) -> AIJob:
    """The end of a job by who manages the models, whoever's it is; all who asked are alerted."""
    job = job_lock(queued_get(actor, job_id).pk)
    _record(actor, job, "ai_job.cancel", Permission.MANAGE_MODELS)
    job_alert(job.pk, Kind.AI_FAILED)
    return _cancelled(actor, job)


def _cancelled(actor: Person, job: AIJob) -> AIJob:
    job_transition(job, JobStatus.CANCELLED, actor=actor)
    outbox.publish(JOB_CANCELLED, aggregate=f"ai_job_end:{job.pk}", payload={"run": run_key(job)})
    return job


@transaction.atomic
def job_retry(*, actor: Person, job_id: int) -> AIJob:
    """FAILED → PENDING, as a new run, which is a new workitem: one that ended never goes on.

    Raises NotFound if the model is switched off.
    """
    job = _changed_by(actor, job_id, "ai_job.retry")
    _check_in_use(job)
    limit_check(actor)
    also_ask(actor, job)
    FormerWorkitem.objects.create(
        job=job,
        workitem_uid=job.workitem_uid or new_uid(),
        last_step=job.events.latest("pk").pk,
        error_code=job.error_code,
        error_detail=job.error_detail,
    )
    job.run += 1
    job.workitem_uid = new_uid()
    job.error_code = job.error_detail = ""
    job_transition(job, JobStatus.PENDING, actor=actor)
    run_request(job)
    return job


def _changed_by(actor: Person, job_id: int, action: str) -> AIJob:
    job = job_lock(job_selectors.job_get(actor, job_id).pk)
    _record(actor, job, action, Permission.REQUEST_AI)
    return job


def _record(actor: Person, job: AIJob, action: str, permission: Permission) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="ai_job",
        object_id=job.pk,
        patient_id=job.patient_id,
        permission=permission,
    )
