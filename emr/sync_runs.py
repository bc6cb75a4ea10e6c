"""All patients of OpenEMR, taken over or compared, in steps that a dead worker does not lose."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from common.errors import ConflictError, ErrorCode, ExternalError
from common.outbox.services import publish
from common.person import Person
from emr import openemr_sync as sync
from emr.choices import RunState
from emr.events import SYNC_RUN
from emr.models import Patient, PatientLink, SyncConflict, SyncRun
from openemr import selectors as openemr
from openemr.openemr_records import PatientRecord
from rbac.permissions import Permission

STEP = 200
MOST_PROBLEMS = 100


@transaction.atomic
def run_request(*, actor: Person) -> SyncRun:
    """Raises ConflictError while another one runs, BusinessError without an OpenEMR."""
    sync.require_openemr()
    unfinished = SyncRun.objects.select_for_update().filter(finished_at=None)
    if unfinished.exists():
        raise ConflictError(ErrorCode.DUPLICATE, "a run is not finished yet")
    run = SyncRun.objects.create(requested_by_id=actor.pk)
    publish(SYNC_RUN, aggregate=f"sync_run:{run.pk}", payload={"run_id": run.pk})
    audit.record(
        actor=actor,
        action="sync.run",
        object_type="sync_run",
        object_id=run.pk,
        permission=Permission.OPERATE,
    )
    return run


def run_continue(*, run_id: int) -> None:
    """From where it stopped to the end. Raises ExternalError; the next attempt goes on."""
    run = SyncRun.objects.get(pk=run_id)
    if run.finished_at is not None:
        return
    run.total = openemr.patient_count()
    run.save()
    shared = openemr.shared_mrns()
    while page := openemr.patients_after(run.last_pid, STEP):
        _step(run, page, shared)
    _finish(run, RunState.DONE)


def run_fail(*, run_id: int) -> None:
    _finish(SyncRun.objects.get(pk=run_id), RunState.FAILED)


def _finish(run: SyncRun, state: RunState) -> None:
    run.state, run.finished_at = state, timezone.now()
    run.save()


def _step(run: SyncRun, page: list[PatientRecord], shared: set[str]) -> None:
    here = Patient.objects.in_bulk([p.mrn for p in page], field_name="patient_id")
    for theirs in page:
        if theirs.mrn in shared:  # which of them is meant cannot be known
            _leave_out(run, theirs, "patient_id")
        else:
            _one(run, theirs, here.get(theirs.mrn))
    numbers = [theirs.pid for theirs in page]
    links = PatientLink.objects.filter(pid__in=numbers, patient__merged_into=None)
    counts = sync.records_sync(links.select_related("patient"))
    run.records, run.records_left_out = (
        run.records + counts.read,
        run.records_left_out + counts.left_out,
    )
    run.done, run.last_pid = run.done + len(page), page[-1].pid
    run.save()


def _one(run: SyncRun, theirs: PatientRecord, patient: Patient | None) -> None:
    reason = "" if patient else sync.reason_against(theirs)
    if patient is not None and patient.merged_into_id is None:
        link, _ = PatientLink.objects.get_or_create(patient=patient)
        if link.pid not in (None, theirs.pid) or sync.is_of_another(link, theirs):
            reason = "patient_id"  # ours is another patient there, who had this number before
        else:
            reason = _compared(run, patient, link, theirs)
    elif patient is None and not reason:
        if sync.patient_import(theirs, actor=None):
            run.created += 1
        else:
            reason = "patient_id"
    if reason:
        _leave_out(run, theirs, reason)


def _compared(run: SyncRun, patient: Patient, link: PatientLink, theirs: PatientRecord) -> str:
    """What OpenEMR refuses to take is named, and the run goes on. Raises ExternalError."""
    try:
        sync.compare(patient, link, theirs)
    except ExternalError as error:
        if error.retryable:
            raise
        return "values"
    run.conflicts += SyncConflict.objects.filter(link=link, resolved_at=None).count()
    return ""


def _leave_out(run: SyncRun, theirs: PatientRecord, field: str) -> None:
    run.left_out += 1
    run.problems = [*run.problems, {"pid": theirs.pid, "field": field}][:MOST_PROBLEMS]
