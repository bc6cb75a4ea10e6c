"""Keeps the rows of the worklist in step with what they repeat."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ai.choices import JobStatus
from ai.selectors.study_results import StudyResult, results_of
from alert.choices import Topic
from alert.services import changed_tell
from pacs.choices import PRIORITY_RANKS
from pacs.index.list_keys import reading_rank_write, study_keys_write
from pacs.index.studies import StudySummary, last_image_at
from ris.choices import AiRank, ReadingStatus, ReportRank
from ris.models import NO_DATE, Reading, WorklistEntry, WorklistSetting

_ROUTINE = PRIORITY_RANKS["routine"]
_MINUTES = ("stat_minutes", "urgent_minutes", "routine_minutes")


def setting_now() -> WorklistSetting:
    """The hospital's, or the defaults while nothing was changed."""
    return WorklistSetting.objects.first() or WorklistSetting(version=0)


def target_of(setting: WorklistSetting, priority: int, modality: str) -> timedelta:
    """By when after its arrival a study of this rank is to be read; without an order as routine."""
    name = _MINUTES[min(priority, _ROUTINE)]
    own = setting.by_modality.get(modality, {})
    return timedelta(minutes=own.get(name, getattr(setting, name)))


def entry_write(summary: StudySummary) -> None:
    """Of a study whose list keys were written: its row of the worklist, made or written anew.

    One without images is not to be read: AI jobs keep the studies of which they are.
    """
    study = summary.study
    if not summary.instance_count:
        WorklistEntry.objects.filter(pk=study.pk).delete()
        changed_tell(Topic.WORKLIST)
        return
    priority = PRIORITY_RANKS[study.order.priority if study.order else ""]
    entry = WorklistEntry.objects.filter(pk=study.pk).first()
    since = entry.waiting_since if entry else study.last_instance_at
    modality = summary.modality[:16]
    fields = {
        "patient_id": study.patient_id,
        "priority": priority,
        "later": int(priority != PRIORITY_RANKS["stat"]),
        "modality": modality,
        "patient_name": study.patient.full_name.lower()[:150] if study.patient else "",
        "study_date": max(study.study_date or NO_DATE, NO_DATE),
        "waiting_since": since,
        "due_at": since + target_of(setting_now(), priority, modality),
    }
    WorklistEntry.objects.update_or_create(pk=study.pk, defaults=fields)
    reading = None if entry else Reading.objects.filter(study=study).first()
    if reading is not None:
        reading_note(study.pk, reading)
    changed_tell(Topic.WORKLIST)


def arrival_note(study_id: int) -> None:
    """The study is complete for now: it waits from its last image on.

    One whose images are back after all of them were gone gets its row again.
    """
    entry = WorklistEntry.objects.filter(pk=study_id).first()
    if entry is None:
        study_keys_write(study_id)
        return
    at = last_image_at(study_id)
    if at is None or at == entry.waiting_since:
        return
    due_at = at + target_of(setting_now(), entry.priority, entry.modality)
    WorklistEntry.objects.filter(pk=study_id).update(waiting_since=at, due_at=due_at)
    changed_tell(Topic.WORKLIST)


def reading_note(study_id: int, reading: Reading | None) -> None:
    """Who reads it or has read it; None: nobody, it is unread."""
    state = ReadingStatus.values.index(reading.status if reading else ReadingStatus.UNREAD)
    name = (reading.reader.full_name or reading.reader.username) if reading else ""
    reading_rank_write(study_id, state)
    WorklistEntry.objects.filter(pk=study_id).update(
        state=state,
        reader=reading.reader if reading else None,
        reader_name=name.lower()[:150],
    )
    changed_tell(Topic.WORKLIST)


def report_note(study_id: int, status: str) -> None:
    """The state of the study's report, by its name (``ReportRank``); empty: it has none."""
    rank = ReportRank[status.upper() or "NONE"]
    WorklistEntry.objects.filter(pk=study_id).update(report=rank)
    changed_tell(Topic.WORKLIST)


@transaction.atomic
def ai_note(study_id: int) -> None:
    """What the newest results of the models say.

    The row is locked before they are read: of two jobs that end at once, the second sees the first.
    """
    rows = WorklistEntry.objects.select_for_update().filter(pk=study_id)
    if not rows.values_list("pk"):
        return
    rank = ai_rank(results_of([study_id])[study_id], setting_now().urgent_risk)
    WorklistEntry.objects.filter(pk=study_id).update(ai=rank)
    changed_tell(Topic.WORKLIST)


def is_urgent(result: StudyResult, urgent_risk: float) -> bool:
    """A risk at or above the hospital's limit that nobody has rejected."""
    risk = result.risk_score
    return (
        result.status == JobStatus.COMPLETED
        and result.review_status != "REJECTED"
        and (risk is not None and risk >= urgent_risk)
    )


def ai_rank(results: list[StudyResult], urgent_risk: float) -> AiRank:
    statuses = {result.status for result in results}
    if any(is_urgent(result, urgent_risk) for result in results):
        return AiRank.URGENT
    if any(result.waits_for_review for result in results):
        return AiRank.READY
    if statuses & {JobStatus.PENDING, JobStatus.PROCESSING}:
        return AiRank.RUNNING
    if JobStatus.FAILED in statuses:
        return AiRank.FAILED
    return AiRank.REVIEWED if results else AiRank.NONE


def _waiting() -> QuerySet[WorklistEntry]:
    return WorklistEntry.objects.exclude(state=ReadingStatus.values.index(ReadingStatus.READ))


def ai_ranks_apply(setting: WorklistSetting) -> None:
    """By another limit of urgency, of all that are not read yet."""
    ranked = _waiting().exclude(ai=AiRank.NONE).values_list("pk", flat=True)
    for study_id, results in results_of(list(ranked)).items():
        rank = ai_rank(results, setting.urgent_risk)
        WorklistEntry.objects.filter(pk=study_id).update(ai=rank)
    changed_tell(Topic.WORKLIST)


def targets_apply(setting: WorklistSetting) -> None:
    """Of all that are not read yet; what was read keeps the target that it was read against."""
    waiting = _waiting()
    apart = list(setting.by_modality)
    for priority in PRIORITY_RANKS.values():
        of_rank = waiting.filter(priority=priority)
        due_at = F("waiting_since") + target_of(setting, priority, "")
        of_rank.exclude(modality__in=apart).update(due_at=due_at)
        for modality in apart:
            due_at = F("waiting_since") + target_of(setting, priority, modality)
            of_rank.filter(modality=modality).update(due_at=due_at)
    changed_tell(Topic.WORKLIST)


def waited_until(reading: Reading | None) -> datetime:
    """Up to when a study has waited: until it was read, else until now."""
    done = reading is not None and reading.status == ReadingStatus.READ
    return reading.since if reading is not None and done else timezone.now()


def assignee_note(study_id: int, assignee: int | None) -> None:
    WorklistEntry.objects.filter(pk=study_id).update(assignee=assignee)
    changed_tell(Topic.WORKLIST)
