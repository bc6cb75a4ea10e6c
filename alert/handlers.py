"""What this app does when something happened in an app below it."""

from __future__ import annotations

from acct import selectors as accounts
from acct.choices import Attack
from acct.events import LOGIN_ATTACKED
from alert import services
from alert.choices import Kind
from audit.events import BROKEN
from common.outbox.registry import Event, subscribe
from common.outbox.services import GIVEN_UP
from rbac.permissions import Permission

_KINDS = {
    Attack.ACCOUNT: Kind.ACCOUNT_ATTACKED,
    Attack.ADDRESS: Kind.ADDRESS_ATTACKING,
    Attack.SPRAY: Kind.ACCOUNTS_SPRAYED,
}


@subscribe(LOGIN_ATTACKED, queue="django_tasks")
def alert_of_attack(event: Event) -> None:
    attacked = event.payload["user_id"]
    for reader in accounts.users_with(Permission.VIEW_AUDIT):
        services.notify(
            user_id=reader.pk,
            kind=_KINDS[Attack(event.payload["attack"])],
            dedup_key=f"attack:{event.id}",
            params={} if attacked is None else {"account": attacked},
            link="/admin/audit?action=session.login",
        )


@subscribe(BROKEN, queue="django_tasks")
def audit_broken(event: Event) -> None:
    for reader in accounts.users_with(Permission.VIEW_AUDIT):
        services.notify(
            user_id=reader.pk,
            kind=Kind.AUDIT_BROKEN,
            dedup_key=f"audit:{event.id}",
            link="/admin/audit",
            until_read=True,
        )


@subscribe(GIVEN_UP, queue="django_tasks")
def task_given_up(event: Event) -> None:
    """One alert until it is read: what else was given up stands on the page that it opens."""
    for operator in accounts.users_with(Permission.OPERATE):
        services.notify(
            user_id=operator.pk,
            kind=Kind.TASK_GIVEN_UP,
            dedup_key=f"outbox:{event.id}",
            link="/admin/outbox",
            until_read=True,
        )
