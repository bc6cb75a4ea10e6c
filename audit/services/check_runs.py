"""Verifications that somebody, or the clock, asked for: their progress and their result."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from audit import services
from audit.choices import CheckState
from audit.models import AuditCheck, AuditVerdict
from audit.services import chain
from audit.services.verification import Verification, size
from common.person import Actor

logger = logging.getLogger(__name__)

MAX_BREAKS = 100
"""Kept of one verification; their number is kept whole."""
SILENCE = timedelta(minutes=10)
"""A verification that did not move for this long is given up: its worker is gone."""
_MOVE_S = 1.0
_OPEN = (CheckState.WAITING, CheckState.RUNNING)


def verdict_of(check: AuditCheck) -> AuditVerdict:
    """What is known of it; it waits as long as nobody has begun."""
    try:
        return check.verdict
    except AuditVerdict.DoesNotExist:
        return AuditVerdict(check_asked=check, moved_at=check.requested_at)


def is_open(verdict: AuditVerdict) -> bool:
    """Whether its result is still to be expected."""
    return verdict.state in _OPEN and abs(timezone.now() - verdict.moved_at) < SILENCE


@transaction.atomic
def request_check(*, actor: Actor | None) -> tuple[AuditCheck, bool]:
    """The verification that is on its way, or a new one; and whether it is new."""
    found = AuditCheck.objects.first()
    if found and is_open(verdict_of(found)):
        return found, False
    check = AuditCheck.objects.create(requested_by=actor.pk if actor else None)
    if actor:
        services.record(
            actor=actor,
            action="audit.verify",
            object_type="audit_check",
            object_id=check.pk,
            permission="view_audit",
        )
    return check, True


def run_check(check_id: int) -> None:
    """Seal what waits, compare everything, keep the result.

    A break tells the administrators, and so does a verification that cannot be finished: whoever
    bent the record may have bent it so that nobody can read it. Celery may deliver a verification
    twice: while one runs, no other does, and one that died begins from nothing.
    """
    with chain.alone("verify") as is_alone:
        check = AuditCheck.objects.filter(pk=check_id).first()
        if is_alone and check and verdict_of(check).state in _OPEN:
            _run(AuditVerdict(check_asked=check))


def _run(verdict: AuditVerdict) -> None:
    try:
        _compare(verdict)
    except Exception:
        verdict.state, verdict.finished_at = CheckState.FAILED, timezone.now()
        with transaction.atomic():
            verdict.save()
            services.broken_found()
        raise


def _compare(verdict: AuditVerdict) -> None:
    verdict.state = CheckState.RUNNING
    verdict.save()
    while chain.seal_pending(everywhere=True):
        pass
    verdict.total = size()
    verdict.save()
    verification = Verification(_Progress(verdict))
    for found in verification.breaks():
        verdict.break_count += 1
        if verdict.break_count <= MAX_BREAKS:
            verdict.breaks.append({"kind": found.kind, "place": found.place})
    verdict.restarts = list(verification.restarts)
    verdict.copies_compared = verification.copies_compared
    verdict.state, verdict.done = CheckState.DONE, verdict.total
    verdict.finished_at = timezone.now()
    with transaction.atomic():
        verdict.save()
        if verdict.break_count:
            logger.error("the audit record is not intact", extra={"breaks": verdict.break_count})
            services.broken_found()


class _Progress:
    """Saves the progress about once a second."""

    def __init__(self, verdict: AuditVerdict) -> None:
        self._verdict, self._saved = verdict, time.monotonic()

    def __call__(self, done: int) -> None:
        if time.monotonic() - self._saved >= _MOVE_S:
            self._verdict.done = min(done, self._verdict.total)
            self._verdict.save()
            self._saved = time.monotonic()
