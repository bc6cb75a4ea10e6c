"""Finds missing frames in the frame store and transcodes them again."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone

from common.errors import ExternalError
from pacs.choices import Htj2k
from pacs.derived import decisions, frame_store
from pacs.htj2k.transcoding import study_transcode
from pacs.models import Instance, Study

SETTLED = timedelta(minutes=2)
CHECKED_AT_ONCE = 2000
_CURSOR = "htj2k:checked"


def gaps_repair(seconds: float) -> None:
    """Transcode waiting instances of settled studies, newest first, for about ``seconds``.

    If the archive fails for a study, the next one follows; the next run tries again.
    """
    until = time.monotonic() + seconds
    for study_id in waiting_studies():
        if time.monotonic() >= until or frame_store.paused():
            return
        with suppress(ExternalError):
            study_transcode(study_id)


def waiting_studies() -> list[int]:
    """Studies stable for SETTLED with waiting instances: their event was lost, failed or paused."""
    settled = Study.objects.filter(stable_at__lt=timezone.now() - SETTLED)
    waiting = settled.filter(series__instances__htj2k=Htj2k.WAITING).distinct()
    return list(waiting.order_by("-stable_at").values_list("pk", flat=True)[:1000])


def files_check() -> int:
    """Check the files of the next CHECKED_AT_ONCE instances, then start again from the first.

    Instances with missing files are queued again; returns their number.
    """
    after = cache.get(_CURSOR, 0)
    stored = Instance.objects.filter(htj2k=Htj2k.STORED, pk__gt=after).order_by("pk")
    rows = list(stored.select_related("series")[:CHECKED_AT_ONCE])
    cache.set(_CURSOR, rows[-1].pk if len(rows) == CHECKED_AT_ONCE else 0, None)
    lost = [row for row in rows if not frame_store.instance_complete(row.orthanc_id, row.frames)]
    instances_requeue(lost)
    return len(lost)


def instances_requeue(lost: list[Instance]) -> None:
    """Queue instances with missing frames; originals are served until they are transcoded."""
    if lost:
        Instance.objects.filter(pk__in=[row.pk for row in lost]).update(
            htj2k=Htj2k.WAITING, htj2k_reason=""
        )
        decisions.series_invalidate({row.series.series_instance_uid for row in lost})
