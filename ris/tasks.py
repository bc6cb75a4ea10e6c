"""Periodic tasks of radiology (see CELERY_BEAT_SCHEDULE)."""

from __future__ import annotations

from contextlib import suppress

from common.errors import ExternalError
from common.tasks import task
from ris.modality import associations, nodes, scheduling
from ris.reading.services import locks_expire
from ris.reports.archiving import reports_archive
from ris.reports.critical_findings import criticals_escalate


@task(queue="django_tasks", expires=25)
def expire_locks() -> None:
    """Every half minute."""
    locks_expire()


@task(queue="django_tasks", expires=9)
def reconcile_modalities() -> None:
    """Every ten seconds. If the archive is down, the next run tells it the nodes."""
    scheduling.worklist_reconcile()
    with suppress(ExternalError):
        nodes.nodes_sync()


@task(queue="django_tasks", expires=3)
def record_associations() -> None:
    """Every two seconds."""
    associations.associations_record()


@task(queue="django_tasks", expires=50)
def escalate_criticals() -> None:
    """Every minute."""
    criticals_escalate()


@task(queue="django_tasks", expires=50)
def archive_reports() -> None:
    """Every minute."""
    reports_archive()
