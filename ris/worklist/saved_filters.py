"""Filters that users keep, and those that everybody has; the settings of the worklist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import get_language

from audit import services as audit
from common.errors import BusinessError, ConflictError, ErrorCode, NotFound
from common.person import Person
from rbac.permissions import Permission
from ris.models import SavedFilter, WorklistSetting
from ris.reading.entries import ai_ranks_apply, targets_apply

MOST = 30


@dataclass(frozen=True, slots=True)
class SharedFilter:
    """One that everybody has. ``names``: by language."""

    key: str
    names: dict[str, str]
    query: dict[str, str]
    pk: None = None
    shared: bool = True

    @property
    def name(self) -> str:
        return self.names["ko" if (get_language() or "ko").startswith("ko") else "en"]


OPEN = "unread,being_read"
SHARED = (
    SharedFilter("open", {"ko": "판독 대기", "en": "To be read"}, {"state": OPEN}),
    SharedFilter("mine", {"ko": "내 검사", "en": "My studies"}, {"state": OPEN, "assigned": "me"}),
    SharedFilter(
        "stat",
        {"ko": "초응급(STAT) 미판독", "en": "STAT unread"},
        {"state": "unread", "priority": "stat"},
    ),
    SharedFilter(
        "mr", {"ko": "MR 미판독", "en": "Unread MR"}, {"state": "unread", "modality": "MR"}
    ),
    SharedFilter(
        "ct", {"ko": "CT 미판독", "en": "Unread CT"}, {"state": "unread", "modality": "CT"}
    ),
    SharedFilter(
        "read", {"ko": "내가 판독함", "en": "Read by me"}, {"state": "read", "reader": "me"}
    ),
)


def filters_of(user: Person) -> list[Any]:
    """Those of everybody, then the user's own."""
    return [*SHARED, *SavedFilter.objects.filter(user_id=user.pk)]


@transaction.atomic
def filter_keep(*, actor: Person, name: str, query: dict[str, str]) -> SavedFilter:
    """Raises ConflictError (the name is taken), BusinessError (there are too many)."""
    own = SavedFilter.objects.filter(user_id=actor.pk)
    if own.count() >= MOST:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"at most {MOST} filters", "name")
    try:
        with transaction.atomic():
            return SavedFilter.objects.create(user_id=actor.pk, name=name, query=query)
    except IntegrityError:
        raise ConflictError(ErrorCode.DUPLICATE, "the name is taken", "name") from None


def filter_delete(*, actor: Person, filter_id: int) -> None:
    """One's own. Raises NotFound."""
    deleted, _ = SavedFilter.objects.filter(user_id=actor.pk, pk=filter_id).delete()
    if not deleted:
        raise NotFound(ErrorCode.WORKLIST_FILTER_NOT_FOUND, f"filter {filter_id}", "id")


@transaction.atomic
def setting_change(*, actor: Person, expected: int, **changes: Any) -> WorklistSetting:
    """What is not read yet is measured against the new targets. Raises ConflictError."""
    WorklistSetting.objects.get_or_create(pk=1, defaults={"version": 0})
    setting = WorklistSetting.objects.select_for_update().get(pk=1)
    setting.save_versioned(expected=expected, **changes)
    targets_apply(setting)
    if "urgent_risk" in changes:
        ai_ranks_apply(setting)
    audit.record(
        actor=actor,
        action="worklist.setting",
        object_type="worklist",
        object_id=setting.pk,
        permission=Permission.OPERATE,
        detail=changes,
    )
    return setting
