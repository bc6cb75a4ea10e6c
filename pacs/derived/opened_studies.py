"""Studies that are open in a viewer; they are transcoded first."""

from __future__ import annotations

import time
from contextlib import suppress

from redis.exceptions import RedisError

from audit.services import stream
from pacs.choices import Htj2k
from pacs.models import Study

_KEY = "htj2k:opened"
OPEN_S = 600
MAX_STUDIES = 1000


def study_opened(study_id: int) -> None:
    """Register that a user opened the study. One round trip; errors of Redis are ignored."""
    with suppress(RedisError), stream().pipeline(transaction=False) as pipe:
        pipe.zadd(_KEY, {str(study_id): time.time()})
        pipe.zremrangebyrank(_KEY, 0, -MAX_STUDIES - 1)
        pipe.expire(_KEY, OPEN_S)
        pipe.execute()


def opened_waiting() -> list[int]:
    """Stable studies with frames to transcode, opened in the last OPEN_S seconds; latest first."""
    try:
        found = stream().zrevrangebyscore(_KEY, "+inf", time.time() - OPEN_S)
    except RedisError:
        return []
    ids = [int(study_id) for study_id in found]
    waiting = set(
        Study.objects.filter(
            pk__in=ids, stable_at__isnull=False, series__instances__htj2k=Htj2k.WAITING
        ).values_list("pk", flat=True)
    )
    return [study_id for study_id in ids if study_id in waiting]
