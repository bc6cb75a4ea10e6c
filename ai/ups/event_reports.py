"""What a subscriber is told (PS3.4 CC.2.4), read from the history of the jobs.

The history is asked again and again: so nothing is lost that was committed, what a person may see
is decided anew each time, and no process has to know who listens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Max

from acct import selectors as accounts
from ai.models import AIJob, AIJobEvent, WorklistSubscription
from ai.ups.data_sets import Elements, data_set
from ai.ups.states import PROGRESS_AFTER, STATE_AFTER, State, state_of
from ai.ups.subscriptions import of_application
from ai.ups.workitems import (
    DISCONTINUED,
    UPS_PUSH,
    said_of,
    why_canceled,
    workitems_visible_to,
)
from ai.ups.worklist_search import MAX_RESULTS, matching
from audit import services as audit
from common.errors import AuthenticationError, ErrorCode
from common.person import Person
from rbac.permissions import Permission

STATE_REPORT, PROGRESS_REPORT = 1, 3
OVERLAP = 200
"""Steps that are read again: one with a lower number may be committed later."""


def newest_step() -> int:
    return AIJobEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0


@dataclass
class NewsReader:
    """What one socket has been told. ``begin``: the step after which it reads."""

    session_id: str
    aetitle: str
    begin: int
    _told: set[int] = field(default_factory=set)
    """The steps that are read again."""
    _greeted: set[int] = field(default_factory=set)

    def news(self) -> list[Elements]:
        """The reports since the last call. Raises AuthenticationError once the session ended."""
        session = accounts.session_active(self.session_id)
        if session is None:
            raise AuthenticationError(ErrorCode.TOKEN_REVOKED)
        mine = list(of_application(session.user, self.aetitle))
        fresh = self._fresh_steps()
        return [*self._greetings(session.user, mine), *self._reports(session.user, mine, fresh)]

    def _fresh_steps(self) -> list[AIJobEvent]:
        steps = AIJobEvent.objects.filter(
            pk__gt=self.begin, step__in=(*STATE_AFTER, *PROGRESS_AFTER)
        )
        found = list(steps)
        fresh = [step for step in found if step.pk not in self._told]
        if found:
            self.begin = max(self.begin, found[-1].pk - OVERLAP)
        self._told = {step.pk for step in found if step.pk > self.begin}
        return fresh

    def _greetings(self, user: Person, mine: list[WorklistSubscription]) -> Iterator[Elements]:
        """The present state, of what was subscribed to anew: one, or all with a Deletion Lock."""
        new = [one for one in mine if one.pk not in self._greeted and one.wanted]
        self._greeted |= {one.pk for one in new}
        for one in new:
            if one.job_id is None and not one.deletion_lock:
                continue
            jobs = workitems_visible_to(user)
            jobs = matching(jobs, one.keys) if one.job_id is None else jobs.filter(pk=one.job_id)
            for job in jobs.order_by("-pk")[:MAX_RESULTS]:
                yield _state_report(user, job, state_of(job))

    def _reports(
        self, user: Person, mine: list[WorklistSubscription], fresh: list[AIJobEvent]
    ) -> Iterator[Elements]:
        if not mine or not fresh:
            return
        seen = workitems_visible_to(user).filter(pk__in={step.job_id for step in fresh})
        singles = {one.job_id: one.wanted for one in mine if one.job_id is not None}
        subscribed = {pk for pk, wanted in singles.items() if wanted}
        for one in mine:
            if one.job_id is None:
                matched = matching(seen, one.keys).values_list("pk", flat=True)
                subscribed |= {
                    pk
                    for pk in matched
                    if singles.get(pk, True) and (one.last_job is None or pk <= one.last_job)
                }
        jobs = {job.pk: job for job in seen if job.pk in subscribed}
        for step in fresh:
            job = jobs.get(step.job_id)
            if job is None:
                continue
            if step.step in STATE_AFTER:
                yield _state_report(user, job, STATE_AFTER[step.step])
            else:
                yield _progress_report(job, PROGRESS_AFTER[step.step])


def _state_report(user: Person, job: AIJob, state: State) -> Elements:
    """With a record that this person was told."""
    audit.record(
        actor=user,
        action="ai_workitem.report",
        object_type="ai_job",
        object_id=job.pk,
        patient_id=job.patient_id,
        permission=Permission.REQUEST_AI,
    )
    why = {}
    if state is State.CANCELED:
        why = {
            "ReasonForCancellation": why_canceled(job, said_of(job)),
            "ProcedureStepDiscontinuationReasonCodeSequence": [DISCONTINUED],
        }
    return _report(
        job, STATE_REPORT, ProcedureStepState=state.value, InputReadinessState="READY", **why
    )


def _progress_report(job: AIJob, description: str) -> Elements:
    progress = data_set(ProcedureStepProgress=100, ProcedureStepProgressDescription=description)
    return _report(job, PROGRESS_REPORT, ProcedureStepProgressInformationSequence=[progress])


def _report(job: AIJob, event_type: int, **information: object) -> Elements:
    return data_set(
        AffectedSOPClassUID=UPS_PUSH,
        AffectedSOPInstanceUID=job.workitem_uid,
        EventTypeID=event_type,
        **information,
    )
