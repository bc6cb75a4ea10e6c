"""Which records concern one image. Whose part an image is knows an app above; it tells here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db.models import QuerySet

from audit.models import AuditLog
from audit.services.bursts import burst_items

Parents = Callable[[str], Sequence[str]]
_parents: list[Parents] = []


def parent_lookup_register(tell: Parents) -> None:
    """``tell(sop_instance_uid)`` answers the UIDs of its series and study, none if unknown."""
    _parents.append(tell)


def logs_of_instance(
    logs: QuerySet[AuditLog, AuditLog], sop_instance_uid: str
) -> QuerySet[AuditLog, AuditLog]:
    """Records of the instance, of its series and of its study; of the bursts, those that hold it.

    Of an instance that the index no longer has, only the records that name it.
    """
    uids = [sop_instance_uid, *(uid for tell in _parents for uid in tell(sop_instance_uid))]
    near = logs.filter(object_id__in=uids)
    others = [
        log.pk
        for log in near.filter(object_type="series", source_key__isnull=False)
        if (items := burst_items(log))
        and all(item.sop_instance_uid != sop_instance_uid for item in items)
    ]
    return near.exclude(pk__in=others)
