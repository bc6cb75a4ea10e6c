"""Invalidates everything derived from an instance: frames, metadata files, cached decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction

from pacs.derived import decisions, frame_store, metadata_files, picture_cache
from pacs.models import Instance


def instances_invalidate(instances: Sequence[Instance]) -> None:
    """Delete what is derived from instances that were deleted or replaced in the archive.

    Frames and metadata are deleted now; requests in between are served by the archive. Cached
    decisions are deleted after the commit: before it they would be read from the old rows again.
    """
    for instance in instances:
        metadata_files.series_delete(instance.series.orthanc_id)
        for path in cached_files(instance):
            path.unlink(missing_ok=True)
        frame_store.instance_delete(instance.orthanc_id, instance.frames)
    uids = {instance.series.series_instance_uid for instance in instances}
    transaction.on_commit(partial(decisions.series_invalidate, uids), robust=True)


def cached_files(instance: Instance) -> Iterable[Path]:
    """Paths in nginx's cache, by ``proxy_cache_key`` and ``levels=1:2`` of its configuration."""
    if settings.FRAME_CACHE_DIR is None:
        return
    frames = (f"{instance.orthanc_id}/{index}" for index in range(instance.frames))
    for key in (*frames, *picture_cache.forget(instance.orthanc_id)):
        name = hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()
        yield Path(settings.FRAME_CACHE_DIR) / name[-1] / name[-3:-1] / name
