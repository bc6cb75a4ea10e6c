"""The rows of a page of the worklist, and the next study to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ai.selectors.study_results import StudyResult, results_of
from common.person import Person
from pacs.index.studies import (
    StudySummary,
    study_lock_for_handler,
    study_rows,
    study_summaries,
)
from rbac.permissions import Permission
from ris.choices import ReadingPlace, ReportRank
from ris.models import WorklistEntry
from ris.reading.entries import is_urgent, setting_now, target_of, waited_until
from ris.reading.services import reading_lock
from ris.worklist.paging import Asked, Page, worklist_page

CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class AiChip:
    """The newest result of one model."""

    result: StudyResult
    urgent: bool


@dataclass(frozen=True, slots=True)
class WorklistRow(StudySummary):
    """``waited_until``: when it was read, or now. ``ai``: newest first; the urgent lead."""

    entry: WorklistEntry
    ai: tuple[AiChip, ...]
    target_minutes: int
    waited_until: datetime

    @property
    def reading_state(self) -> str:
        return ReadingPlace.values[self.entry.state]

    @property
    def locked_by(self) -> Any:
        reading = getattr(self.study, "reading", None)
        return reading.reader if self.reading_state == ReadingPlace.BEING_READ and reading else None

    @property
    def report(self) -> str | None:
        return ReportRank(self.entry.report).name.lower() if self.entry.report else None

    @property
    def waiting_minutes(self) -> int:
        return max(0, int((self.waited_until - self.entry.waiting_since).total_seconds() // 60))

    @property
    def overdue(self) -> bool:
        return self.waited_until > self.entry.due_at


def worklist_rows(user: Person, ids: Sequence[int]) -> list[WorklistRow]:
    """The rows of these studies, which the user may read, in their order.

    Whoever may read and sees pixels sees them of the same studies, and the AI results on them.
    """
    related = ("reading__reader", "worklist_entry__assignee")
    summaries = study_summaries(study_rows(ids, *related))
    results = results_of(ids if user.has_permission(Permission.VIEW_DICOM) else ())
    setting = setting_now()
    return [_row(each, results[each.study.pk], setting) for each in summaries]


def _row(summary: StudySummary, results: list[StudyResult], setting: Any) -> WorklistRow:
    entry = summary.study.worklist_entry
    chips = [AiChip(result, is_urgent(result, setting.urgent_risk)) for result in results]
    target = target_of(setting, entry.priority, entry.modality)
    return WorklistRow(
        **{each.name: getattr(summary, each.name) for each in fields(StudySummary)},
        entry=entry,
        ai=tuple(sorted(chips, key=lambda chip: not chip.urgent)),
        target_minutes=int(target.total_seconds() // 60),
        waited_until=waited_until(getattr(summary.study, "reading", None)),
    )


def worklist_list(
    user: Person, asked: Asked, size: int, cursor: str
) -> tuple[list[WorklistRow], Page]:
    page = worklist_page(user, asked, size, cursor)
    return worklist_rows(user, page.ids), page


def worklist_next(
    *, actor: Person, asked: Asked, session: UUID | None = None
) -> WorklistRow | None:
    """Lock the best unread study that nobody holds and that is not assigned to another user.

    None if there is none. Of readers who ask at once, each gets another study: one that is locked
    in another transaction is passed over (SKIP LOCKED).
    """
    wanted = replace(
        asked,
        states=(ReadingPlace.values.index(ReadingPlace.UNREAD),),
        free_for=actor.pk if asked.assigned is None else None,
    )
    cursor: str | None = ""
    while cursor is not None:
        page = worklist_page(actor, wanted, CANDIDATES, cursor)
        for study_id in page.ids:
            if _take(actor, study_id, session):
                return worklist_rows(actor, [study_id])[0]
        cursor = page.cursor
    return None


@transaction.atomic
def _take(actor: Person, study_id: int, session: UUID | None) -> bool:
    study = study_lock_for_handler(study_id, skip_locked=True)
    reading = getattr(study, "reading", None)
    if study is None or reading is not None:
        return False
    reading_lock(actor=actor, study_instance_uid=study.study_instance_uid, session=session)
    return True
