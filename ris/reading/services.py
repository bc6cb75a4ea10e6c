"""The reading of a study: one reader at a time holds it. Its history is in ReadingEvent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from acct import selectors as accounts
from audit import services as audit
from common.errors import BusinessError, ConflictError, ErrorCode, InvalidInput
from common.person import Person
from pacs.index.studies import study_lock, study_lock_for_handler
from rbac.permissions import Permission
from ris.choices import ReadingStatus, ReadingStep
from ris.models import Reading, ReadingEvent, WorklistEntry
from ris.reading.entries import assignee_note, reading_note, setting_now

NEEDED = Permission.REVIEW_AI


@dataclass(frozen=True, slots=True)
class ReadingState:
    """``reader`` and ``reading_at`` are None while the study is unread; ``expires_at`` is None
    unless it is being read."""

    study_instance_uid: str
    reading_status: str = ReadingStatus.UNREAD
    reader: Any = None
    reading_at: datetime | None = None
    expires_at: datetime | None = None
    assignee: Any = None


@dataclass(frozen=True, slots=True)
class _Step:
    """Why a reading changes; ``other``: from whom or to whom."""

    actor: Person | None
    name: ReadingStep
    other: Person | None = None
    reason: str = ""


@transaction.atomic
def study_reading_set(
    *,
    actor: Person,
    study_instance_uid: str,
    status: ReadingStatus,
    session: UUID | None = None,
    reason: str = "",
) -> ReadingState:
    """Set the reading state of a study; the actor becomes its reader. Idempotent.

    All transitions are allowed, but a study that another user is reading can only be released
    (UNREAD), with a ``reason``. Raises NotFound, BusinessError (another user is reading it),
    ConflictError (so it is, and there is no reason to release it).
    """
    study = study_lock(actor, study_instance_uid, NEEDED)
    reading = _reading(study)
    before = reading.status if reading else ReadingStatus.UNREAD
    step = _Step(actor, ReadingStep.RELEASED)
    if reading and held(reading) and _is_anothers(reading, actor):
        if status != ReadingStatus.UNREAD:
            raise BusinessError(ErrorCode.INVALID_TRANSITION, "another user is reading this study")
        if not reason:
            raise ConflictError(ErrorCode.STUDY_LOCKED, _named(reading.reader))
        step = _Step(actor, ReadingStep.RELEASED, reading.reader, reason)
    if status == ReadingStatus.READING:
        reading = _lock(study, reading, _Step(actor, ReadingStep.LOCKED), session)
    elif before != status and status == ReadingStatus.UNREAD:
        reading = _write(study, reading, None, step)
    elif before != status:
        new = _ended(study, actor, timezone.now())
        reading = _write(study, reading, new, _Step(actor, ReadingStep.READ))
    return _state(study, reading)


@transaction.atomic
def reading_lock(
    *, actor: Person, study_instance_uid: str, session: UUID | None = None, reason: str = ""
) -> ReadingState:
    """The actor reads the study from now on; of one's own lock, it lasts longer.

    With a ``reason`` it is taken over from whoever reads it. Raises NotFound, ConflictError
    (another user is reading it; the detail names them).
    """
    study = study_lock(actor, study_instance_uid, NEEDED)
    reading = _reading(study)
    step = _Step(actor, ReadingStep.LOCKED)
    if reading and held(reading) and _is_anothers(reading, actor):
        if not reason:
            raise ConflictError(ErrorCode.STUDY_LOCKED, _named(reading.reader))
        step = _Step(actor, ReadingStep.TAKEN_OVER, reading.reader, reason)
    return _state(study, _lock(study, reading, step, session))


@transaction.atomic
def reading_unlock(
    *, actor: Person, study_instance_uid: str, hand_over_to: int | None = None
) -> ReadingState:
    """The actor reads the study no longer; it is as it was before, unread or read.

    ``hand_over_to``: the colleague who reads on, and to whom it is assigned. Nothing happens if
    nobody reads it. Raises NotFound, ConflictError (another user is reading it), InvalidInput.
    """
    study = study_lock(actor, study_instance_uid, NEEDED)
    reading = _reading(study)
    if reading is None or not held(reading):
        return _state(study, reading)
    if _is_anothers(reading, actor):
        raise ConflictError(ErrorCode.STUDY_LOCKED, _named(reading.reader))
    if hand_over_to is None:
        return _state(study, _release(study, reading, _Step(actor, ReadingStep.RELEASED)))
    colleague = reader_get(study, hand_over_to, "hand_over_to")
    assignee_note(study.pk, colleague.pk)
    step = _Step(actor, ReadingStep.HANDED_OVER, colleague)
    return _state(study, _lock(study, reading, step, None, reader=colleague))


@transaction.atomic
def study_assign(*, actor: Person, study_instance_uid: str, assignee: int | None) -> ReadingState:
    """Who is to read the study; None: nobody in particular. Raises NotFound, InvalidInput."""
    study = study_lock(actor, study_instance_uid, NEEDED)
    colleague = None if assignee is None else reader_get(study, assignee, "assignee")
    assignee_note(study.pk, assignee)
    _record(study, _Step(actor, ReadingStep.ASSIGNED, colleague), {"assignee": assignee})
    return _state(study, _reading(study))


def readings_merge(source: Any, target: Any, is_whole: bool) -> None:
    """Series of ``source`` are in ``target`` now. In the transaction of the move.

    ``target`` counts as read only if both were. If all series went, it takes over the history, the
    lock unless it has one itself, and to whom the study was assigned.
    """
    theirs, ours = _reading(source), _reading(target)
    if is_whole:
        ReadingEvent.objects.filter(study=source.pk).update(study=target.pk)
        _assignee_keep(source, target)
    lock = next((each for each in (ours, theirs if is_whole else None) if held(each)), None)
    ends = [end for each in (theirs, ours) if (end := _last_end(each)) is not None]
    reader, at = max(ends, key=lambda end: end[1]) if len(ends) == 2 else (None, None)
    after = _ended(target, reader, at) if at else None
    if lock is not None:
        after = Reading(
            study=target,
            status=ReadingStatus.READING,
            reader=lock.reader,
            since=lock.since,
            expires_at=lock.expires_at,
            session=lock.session,
            read_by=reader,
            read_at=at,
        )
    if (is_whole and theirs) or ours:
        step = _Step(None, ReadingStep.MERGED, theirs.reader if theirs else None)
        _write(target, ours, after, step)


def _last_end(reading: Reading | None) -> tuple[Any, datetime] | None:
    """Who completed it last, and when."""
    if reading is not None and reading.status == ReadingStatus.READ:
        return reading.reader, reading.since
    if reading is not None and reading.read_at is not None:
        return reading.read_by, reading.read_at
    return None


def _assignee_keep(source: Any, target: Any) -> None:
    entries = WorklistEntry.objects.in_bulk([source.pk, target.pk])
    assigned = [entries[pk].assignee_id for pk in (target.pk, source.pk) if pk in entries]
    if assignee := next(filter(None, assigned), None):
        assignee_note(target.pk, assignee)


def readers() -> Any:
    """Whom a study may be assigned or handed over to, by name; ``reader_get`` decides of which."""
    return accounts.users_with(NEEDED).order_by("full_name", "pk")


def reader_get(study: Any, user_id: int, field: str) -> Any:
    """A user who may read the study. Raises NotFound (user), InvalidInput (they may not)."""
    user = accounts.user_get(user_id)
    if not WorklistEntry.objects.visible_to(user, NEEDED).filter(pk=study.pk).exists():
        raise InvalidInput(ErrorCode.VALIDATION, "this user may not read the study", field)
    return user


def locks_expire() -> int:
    """Release what is locked by nobody any more: idle for too long, or its session has ended."""
    reading = Reading.objects.filter(status=ReadingStatus.READING).order_by("pk")
    ended = [each.study_id for each in reading if not held(each)]
    return sum(_expire(study_id) for study_id in ended)


@transaction.atomic
def _expire(study_id: int) -> bool:
    study = study_lock_for_handler(study_id)
    reading = _reading(study)
    if study is None or reading is None or reading.status != ReadingStatus.READING or held(reading):
        return False
    _release(study, reading, _Step(None, ReadingStep.EXPIRED, reading.reader))
    return True


def held(reading: Reading | None) -> bool:
    """Whether somebody reads the study now."""
    if reading is None or reading.status != ReadingStatus.READING:
        return False
    if reading.expires_at is None or reading.expires_at <= timezone.now():
        return False
    return reading.session is None or accounts.session_active(str(reading.session)) is not None


def _reading(study: Any) -> Reading | None:
    return Reading.objects.select_related("reader", "read_by").filter(study=study).first()


def _is_anothers(reading: Reading | None, actor: Person) -> bool:
    return reading is not None and reading.reader_id != actor.pk


def _named(reader: Any) -> str:
    return str(reader.full_name or reader.username)


def _lock(
    study: Any, reading: Reading | None, step: _Step, session: UUID | None, reader: Any = None
) -> Reading:
    """The study is read by ``reader``, else by the actor of the step, until the lock ends."""
    reader = reader or step.actor
    expires_at = timezone.now() + timedelta(minutes=setting_now().lock_minutes)
    if reading and held(reading) and reading.reader_id == reader.pk:
        reading.expires_at, reading.session = expires_at, session
        reading.save(update_fields=["expires_at", "session"])
        return reading
    was_read = reading if reading and reading.status == ReadingStatus.READ else None
    new = Reading(
        study=study,
        status=ReadingStatus.READING,
        reader=reader,
        since=timezone.now(),
        expires_at=expires_at,
        session=session,
        read_by=was_read.reader if was_read else reading.read_by if reading else None,
        read_at=was_read.since if was_read else reading.read_at if reading else None,
    )
    return _write(study, reading, new, step) or new


def _release(study: Any, reading: Reading, step: _Step) -> Reading | None:
    at = reading.read_at
    back = _ended(study, reading.read_by, at) if at else None
    return _write(study, reading, back, step)


def _ended(study: Any, reader: Any, at: datetime) -> Reading:
    return Reading(study=study, status=ReadingStatus.READ, reader=reader, since=at)


def _write(
    study: Any, before: Reading | None, after: Reading | None, step: _Step
) -> Reading | None:
    """The one transition: the row, the ranks of the lists, the history and the audit record."""
    if after is None:
        Reading.objects.filter(study=study).delete()
    else:
        after.pk = before.pk if before else None
        after.save(force_insert=before is None, force_update=before is not None)
    reading_note(study.pk, after)
    names = [each.status if each else ReadingStatus.UNREAD.value for each in (before, after)]
    _record(study, step, {"from": str(names[0]), "to": str(names[1])})
    return after


def _record(study: Any, step: _Step, detail: dict[str, Any]) -> None:
    actor, other = (each.pk if each else None for each in (step.actor, step.other))
    ReadingEvent.objects.create(
        study=study,
        step=step.name,
        actor_id=actor,
        other_id=other,
        reason=step.reason,
        at=timezone.now(),
    )
    own = (ReadingStep.LOCKED, ReadingStep.RELEASED, ReadingStep.READ)
    plain = step.name in own and step.other is None
    audit.record(
        actor=step.actor,
        action="study.reading",
        object_type="study",
        object_id=study.study_instance_uid,
        patient_id=study.patient_id,
        permission=NEEDED,
        detail=detail if plain else {**detail, "step": step.name.value, "other": other},
    )


def _state(study: Any, reading: Reading | None) -> ReadingState:
    entry = WorklistEntry.objects.select_related("assignee").filter(pk=study.pk).first()
    state = ReadingState(study.study_instance_uid, assignee=entry.assignee if entry else None)
    if reading is None:
        return state
    return replace(
        state,
        reading_status=reading.status,
        reader=reading.reader,
        reading_at=reading.since,
        expires_at=reading.expires_at,
    )
