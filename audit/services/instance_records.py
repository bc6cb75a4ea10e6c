"""The audit records about one image. The archive's app registers how to find its parents."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db.models import QuerySet

from audit.models import AuditLog
from audit.services.bursts import burst_items

ParentLookup = Callable[[str], Sequence[str]]
_lookups: list[ParentLookup] = []


def parent_lookup_register(lookup: ParentLookup) -> None:
    """``lookup(sop_instance_uid)`` returns the UIDs of its series and study, none if unknown."""
    _lookups.append(lookup)


def logs_of_instance(
    logs: QuerySet[AuditLog, AuditLog], sop_instance_uid: str
) -> QuerySet[AuditLog, AuditLog]:
    """Records of the instance, its series and its study; bursts only if they contain it.

    For an instance that is no longer in the index, only records that name it.
    """
    uids = [sop_instance_uid, *(uid for lookup in _lookups for uid in lookup(sop_instance_uid))]
    near = logs.filter(object_id__in=uids)
    others = [
        log.pk
        for log in near.filter(object_type="series", source_key__isnull=False)
        if (items := burst_items(log))
        and all(item.sop_instance_uid != sop_instance_uid for item in items)
    ]
    return near.exclude(pk__in=others)
