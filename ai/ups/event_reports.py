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
    as_former,
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


@dataclass
class NewsReader:
    """What one socket has been told. ``begin``: the step after which it reads.

    Its first reports are the present states of what is subscribed to.
    """

    session_id: str
    aetitle: str
    begin: int
    _told: set[int] = field(default_factory=set)
    """The steps that are read again."""
    _greeted: set[int] = field(default_factory=set)
    _recorded: set[int] = field(default_factory=set)
    """The jobs of which it is on record that this socket tells of them."""

    @classmethod
    def open(cls, session_id: str, aetitle: str) -> NewsReader:
        """One that is told of what is committed from now on, though it was begun before."""
        newest = AIJobEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0
        reader = cls(session_id, aetitle, max(0, newest - OVERLAP))
        reader._fresh_steps()
        return reader

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
        """The present state of what the socket does not know yet.

        That is a workitem that is subscribed to by itself; of the worklist all that it has with a
        Deletion Lock, else those that changed since it was subscribed to.
        """
        new = [one for one in mine if one.pk not in self._greeted and one.wanted]
        self._greeted |= {one.pk for one in new}
        unwanted = {one.job_id for one in mine if one.job_id and not one.wanted}
        told: set[int] = set()
        for one in new:
            jobs = workitems_visible_to(user)
            if one.job_id is not None:
                jobs = jobs.filter(pk=one.job_id)
            else:
                jobs = matching(jobs, one.keys).exclude(pk__in=unwanted)
                if one.last_job is not None:
                    jobs = jobs.filter(pk__lte=one.last_job)
                if not one.deletion_lock:
                    later = AIJobEvent.objects.filter(at__gt=one.created_at)
                    jobs = jobs.filter(pk__in=later.values("job"))
            for job in jobs.order_by("-pk")[:MAX_RESULTS]:
                if job.pk not in told:
                    yield self._state_report(user, job, state_of(job))
                told.add(job.pk)

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
            for former in job.former_workitems.all():
                if step.pk <= former.last_step:
                    job = as_former(job, former)
                    break
            if step.step in STATE_AFTER:
                yield self._state_report(user, job, STATE_AFTER[step.step])
            else:
                yield self._progress_report(user, job, PROGRESS_AFTER[step.step])

    def _state_report(self, user: Person, job: AIJob, state: State) -> Elements:
        why = {}
        if state is State.CANCELED:
            why = {
                "ReasonForCancellation": why_canceled(job, said_of(job)),
                "ProcedureStepDiscontinuationReasonCodeSequence": [DISCONTINUED],
            }
        ready = {"ProcedureStepState": state.value, "InputReadinessState": "READY"}
        return self._report(user, job, STATE_REPORT, **ready, **why)

    def _progress_report(self, user: Person, job: AIJob, description: str) -> Elements:
        progress = data_set(ProcedureStepProgress=100, ProcedureStepProgressDescription=description)
        information = {"ProcedureStepProgressInformationSequence": [progress]}
        return self._report(user, job, PROGRESS_REPORT, **information)

    def _report(self, user: Person, job: AIJob, event_type: int, **information: object) -> Elements:
        """The first of a workitem on this socket puts on record that the person is told of it."""
        if job.pk not in self._recorded:
            self._recorded.add(job.pk)
            audit.record(
                actor=user,
                action="ai_workitem.report",
                object_type="ai_job",
                object_id=job.pk,
                patient_id=job.patient_id,
                permission=Permission.REQUEST_AI,
                detail={"aetitle": self.aetitle},
            )
        return data_set(
            AffectedSOPClassUID=UPS_PUSH,
            AffectedSOPInstanceUID=job.workitem_uid,
            EventTypeID=event_type,
            **information,
        )
