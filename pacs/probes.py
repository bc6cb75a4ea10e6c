"""Checks and gauges of the archive and the index."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from common.ops.checks import check
from common.ops.gauges import gauge
from pacs.archive.orthanc import feed_orthanc
from pacs.models import ChangeCursor, Study

STANDSTILL = timedelta(seconds=60)


@check("archive")
def archive() -> None:
    feed_orthanc().ping()


@check("feed")
def feed() -> None:
    """The index may lag behind the archive, but it must make progress."""
    cursor = ChangeCursor.objects.filter(pk=1).first()
    if cursor is None or not _behind(cursor):
        return
    if timezone.now() - cursor.updated_at > STANDSTILL:
        raise RuntimeError("the index does not follow the archive")


def _behind(cursor: ChangeCursor | None) -> int:
    return max(0, feed_orthanc().changes_last() - (cursor.last_seq if cursor else 0))


@gauge("cdss_feed_lag_changes", "Changes of the archive that are not yet in the index")
def feed_lag() -> float:
    return _behind(ChangeCursor.objects.filter(pk=1).first())


@gauge("cdss_unmatched_studies", "Studies that are not matched to a patient")
def unmatched() -> float:
    return Study.objects.filter(patient=None).count()
