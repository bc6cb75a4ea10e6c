"""Verifications that somebody, or the clock, asked for: their progress and their result."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from audit import services
from audit.choices import CheckState
from audit.models import AuditCheck
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


def is_open(check: AuditCheck) -> bool:
    """Whether its result is still to be expected."""
    return check.state in _OPEN and timezone.now() - check.moved_at < SILENCE


@transaction.atomic
def request_check(*, actor: Actor | None) -> tuple[AuditCheck, bool]:
    """The verification that is on its way, or a new one; and whether it is new."""
    found = AuditCheck.objects.first()
    if found and is_open(found):
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
        check = AuditCheck.objects.filter(pk=check_id, state__in=_OPEN).first()
        if is_alone and check:
            _run(check)


def _run(check: AuditCheck) -> None:
    try:
        _compare(check)
    except Exception:
        check.state, check.finished_at = CheckState.FAILED, timezone.now()
        with transaction.atomic():
            check.save()
            services.broken_found()
        raise


def _compare(check: AuditCheck) -> None:
    check.state, check.done, check.breaks, check.break_count = CheckState.RUNNING, 0, [], 0
    check.save()
    while chain.seal_pending(everywhere=True):
        pass
    check.total = size()
    check.save()
    verification = Verification(_Progress(check))
    for found in verification.breaks():
        check.break_count += 1
        if check.break_count <= MAX_BREAKS:
            check.breaks.append({"kind": found.kind, "place": found.place})
    check.restarts = list(verification.restarts)
    check.state, check.done, check.finished_at = CheckState.DONE, check.total, timezone.now()
    with transaction.atomic():
        check.save()
        if check.break_count:
            logger.error("the audit record is not intact", extra={"breaks": check.break_count})
            services.broken_found()


class _Progress:
    """Saves the progress about once a second."""

    def __init__(self, check: AuditCheck) -> None:
        self._check, self._saved = check, time.monotonic()

    def __call__(self, done: int) -> None:
        if time.monotonic() - self._saved >= _MOVE_S:
            self._check.done = min(done, self._check.total)
            self._check.save()
            self._saved = time.monotonic()
