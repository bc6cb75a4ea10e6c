"""Alerts about what happens below this app."""

from __future__ import annotations

from acct import selectors as accounts
from alert.choices import Kind
from alert.services import notify
from audit.events import BROKEN
from common.outbox.registry import Event, subscribe
from rbac.permissions import Role


@subscribe(BROKEN, queue="django_tasks")
def audit_broken(event: Event) -> None:
    for admin in accounts.users_with_role(Role.ADMIN):
        notify(
            user_id=admin.pk,
            kind=Kind.AUDIT_BROKEN,
            dedup_key=f"audit:{event.id}",
            link="/admin/audit",
            until_read=True,
        )
