"""Alerts to those who match studies, about images that wait for a decision."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from acct import selectors as accounts
from alert import services as alerts
from alert.choices import Kind
from pacs.dicom.uids import Uid
from rbac.permissions import Permission


def radiology_alert(
    kind: Kind, *, dedup_key: str, params: dict[str, Any], study_instance_uid: str
) -> None:
    """Once per ``dedup_key`` and person; the link leads to what waits of this study."""
    link = "/unmatched"
    with suppress(ValueError):
        link += f"?study={Uid(study_instance_uid)}"
    for user in accounts.users_with(Permission.MATCH_STUDY):
        alerts.notify(user_id=user.pk, kind=kind, dedup_key=dedup_key, params=params, link=link)
