"""Periodic tasks of the archive (see CELERY_BEAT_SCHEDULE)."""

from __future__ import annotations

from contextlib import suppress

from kombu.exceptions import OperationalError

from common.errors import ExternalError
from common.tasks import task
from pacs.derived import opened_studies
from pacs.htj2k import repair, transcoding
from pacs.index import change_feed, deletion, matching, stability


@task(queue="django_tasks", expires=2)
def poll_changes() -> None:
    """Every second, and after an upload. If the archive is down, the next run tries again."""
    with suppress(ExternalError):
        change_feed.changes_poll()


@task(queue="django_tasks", expires=4)
def mark_stable() -> None:
    """Every two seconds."""
    matching.studies_rematch()
    stability.studies_settle()


@task(queue="archive_tasks", expires=50)
def find_deletions() -> None:
    """Every minute. If the archive is down, the next run tries again."""
    with suppress(ExternalError):
        deletion.deletions_find()


@task(queue="archive_tasks", expires=3600)
def find_hidden_deletions() -> None:
    """Once a day: deletions that do not change the total number of instances."""
    with suppress(ExternalError):
        deletion.deletions_find(thorough=True)


@task(queue="image_tasks", expires=9)
def transcode_opened() -> None:
    """Every ten seconds: studies that are open in a viewer come first."""
    for study_id in opened_studies.opened_waiting():
        with suppress(ExternalError):
            transcoding.study_transcode(study_id)


@task(queue="image_tasks", expires=50)
def repair_frames() -> None:
    """Every minute."""
    repair.files_check()
    repair.gaps_repair(seconds=45)


def nudge_poll() -> None:
    """Poll the archive now. A broker that is down is ignored: the next second does it."""
    with suppress(OperationalError):
        poll_changes.apply_async(retry=False)
