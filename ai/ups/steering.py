"""Changes that a client asks for (PS3.18 11.6 to 11.8). Our own engine performs every workitem.

So nobody else holds a Transaction UID: to claim, finish or update the work of the engine is refused
with the sentences of the standard; a request to cancel is honoured while there is something to end.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from ai.choices import JobStatus, WorkitemPriority
from ai.models import AIJob, Workitem
from ai.services.jobs import job_cancel, job_lock
from ai.services.queue import places_forget
from ai.ups.creation import LABEL
from ai.ups.data_sets import Given
from ai.ups.states import State, state_of
from ai.ups.workitems import URGENCIES, said_of, workitem_get
from audit import services as audit
from common.errors import BusinessError, ConflictError, ErrorCode, InvalidInput
from common.person import Person
from pacs.dicom.uids import Uid
from rbac.permissions import Permission

ALREADY = "The UPS is already in the requested state of {}"
INCONSISTENT = "The submitted request is inconsistent with the state of the UPS Instance"
MISSING = "The Transaction UID is missing"
INCORRECT = "The Transaction UID is incorrect"
GOES_ON = "The request is taken back; the analysis goes on, because others asked for it too"
UNSUPPORTED = "Requested optional Attributes are not supported"
_CHANGEABLE = {
    "ProcedureStepLabel": "label",
    "WorklistLabel": "worklist_label",
    "ScheduledProcedureStepPriority": "priority",
}


def workitem_update(
    *, actor: Person, workitem_uid: str, given: Given, transaction_uid: Uid | None
) -> str | None:
    """Labels and priority, while it is SCHEDULED. Returns a warning if there was more.

    Raises NotFound, InvalidInput (Transaction UID, priority), ConflictError (it has ended).
    """
    job = workitem_get(actor, workitem_uid)
    if state_of(job) is not State.SCHEDULED or transaction_uid:
        _record(actor, job, "update", {"state": state_of(job)})
    if state_of(job) is State.IN_PROGRESS:
        raise InvalidInput(ErrorCode.VALIDATION, INCORRECT if transaction_uid else MISSING)
    if state_of(job) is not State.SCHEDULED or transaction_uid:
        raise ConflictError(ErrorCode.INVALID_TRANSITION, INCONSISTENT)
    changes = {
        field: text
        for keyword, field in _CHANGEABLE.items()
        if (text := given.text(keyword, LABEL))
    }
    priority = changes.get("priority", "")
    if priority and priority not in WorkitemPriority.values:
        raise InvalidInput(
            ErrorCode.VALIDATION,
            f"must be {' or '.join(WorkitemPriority.values)}",
            "ScheduledProcedureStepPriority",
        )
    with transaction.atomic():
        job = job_lock(job.pk)
        if job.status != JobStatus.PENDING:
            raise ConflictError(ErrorCode.INVALID_TRANSITION, INCONSISTENT)
        if priority and priority != said_of(job).priority:
            job.urgency = URGENCIES[WorkitemPriority(priority)]
        _say(job, **changes)
        job.save(update_fields=["urgency", "updated_at"])
        transaction.on_commit(places_forget, robust=True)
        _record(actor, job, "update", {"fields": sorted(changes)})
    return UNSUPPORTED if len(given.elements) > len(changes) else None


def state_change(*, actor: Person, workitem_uid: str, given: Given) -> str:
    """Returns the warning that it is in that state already; anything else is refused.

    Raises NotFound, InvalidInput (no state, Transaction UID), ConflictError.
    """
    job = workitem_get(actor, workitem_uid)
    wanted, state = given.text("ProcedureStepState"), state_of(job)
    _record(actor, job, "change_state", {"state": state})
    if wanted not in (State.IN_PROGRESS, State.COMPLETED, State.CANCELED):
        detail = "must be IN PROGRESS, COMPLETED or CANCELED"
        raise InvalidInput(ErrorCode.VALIDATION, detail, "ProcedureStepState")
    if given.uid("TransactionUID") is None:
        raise InvalidInput(ErrorCode.VALIDATION, MISSING, "TransactionUID")
    if wanted == state and state is not State.IN_PROGRESS:
        return ALREADY.format(state.value)
    if state is State.IN_PROGRESS and wanted != State.IN_PROGRESS:
        raise InvalidInput(ErrorCode.VALIDATION, INCORRECT, "TransactionUID")
    raise ConflictError(ErrorCode.INVALID_TRANSITION, INCONSISTENT)


def cancel_request(*, actor: Person, workitem_uid: str, given: Given) -> str | None:
    """End the analysis and keep who to ask about it.

    Returns a warning if it was ended before, or goes on because others asked for it too. Raises
    NotFound, ConflictError (COMPLETED, or analysed: the review decides then), PermissionDenied
    (only others asked for it).
    """
    job = workitem_get(actor, workitem_uid)
    state = state_of(job)
    _record(actor, job, "request_cancellation", {"state": state})
    if state is State.CANCELED:
        return ALREADY.format(state.value)
    if state is State.COMPLETED:
        raise ConflictError(ErrorCode.INVALID_TRANSITION, "The UPS is already COMPLETED")
    cancellation = {
        "reason": given.text("ReasonForCancellation"),
        "contact_name": given.text("ContactDisplayName", LABEL),
        "contact_uri": given.text("ContactURI"),
    }
    try:
        with transaction.atomic():
            ended = job_cancel(actor=actor, job_id=job.pk).status == JobStatus.CANCELLED
            if ended:
                _say(job, cancellation={name: text for name, text in cancellation.items() if text})
    except BusinessError as error:
        raise ConflictError(error.code, "Performer chooses not to cancel") from None
    return None if ended else GOES_ON


def _record(actor: Person, job: AIJob, verb: str, detail: dict[str, Any]) -> None:
    """Whatever comes of it: the answer tells of the workitem, also one that refuses."""
    audit.record(
        actor=actor,
        action=f"ai_workitem.{verb}",
        object_type="ai_job",
        object_id=job.pk,
        patient_id=job.patient_id,
        permission=Permission.REQUEST_AI,
        detail=detail,
    )


def _say(job: AIJob, **changes: object) -> None:
    said = said_of(job)
    for field, value in changes.items():
        setattr(said, field, value)
    Workitem.objects.update_or_create(
        job=job,
        defaults={
            "label": said.label,
            "worklist_label": said.worklist_label,
            "priority": said.priority,
            "cancellation": said.cancellation,
        },
    )
