"""Records of what happens below this app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rest_framework.exceptions import NotFound as NoSuchPage
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services
from audit.choices import Outcome
from common.api.exceptions import envelope_handler
from common.api.permissions import Access
from common.errors import AppError, ExternalError
from common.outbox.registry import Event, subscribe
from common.outbox.services import REDRIVEN

_REFUSED = frozenset({401, 403, 404})
_LONGEST_ID = 128
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class _Operator:
    pk: int
    username: str
    role: str


@subscribe(REDRIVEN, queue="django_tasks")
def record_redrive(event: Event) -> None:
    """A delivery that is repeated leaves a second record of the same request: better than none."""
    services.record(
        actor=_Operator(**event.payload["operator"]),
        action="outbox.redrive",
        object_type="outbox_event",
        object_id=event.payload["event_id"],
        permission="operate",
    )


def refusal_recorded(error: Exception, state: dict[str, Any]) -> Response:
    """DRF's EXCEPTION_HANDLER: the envelope of the error, and who was refused what.

    Recorded is whoever showed a token, on any route that is not public. As with images, a refusal
    that cannot be recorded is answered 503.
    """
    response = envelope_handler(error, state)
    if response.status_code not in _REFUSED or isinstance(error, NoSuchPage):
        return response
    try:
        _record_refusal(state["request"], state["view"], state["kwargs"], response)
    except ExternalError as unavailable:
        return envelope_handler(unavailable, state)
    return response


def _record_refusal(request: Request, view: Any, ids: dict[str, Any], response: Response) -> None:
    actor = _who(request)
    method = "GET" if request.method == "HEAD" else str(request.method)
    needed = getattr(view, "required_permissions", {}).get(method)
    stranger = actor is None and "Authorization" not in request.headers
    if needed is Access.PUBLIC or stranger or services.refusal_is_recorded():
        return
    match = request.resolver_match
    route = str(match.url_name) if match else ""
    objects = {kind: value for name, value in ids.items() if (kind := _kind(name, route))}
    object_type, object_id = list(objects.items())[-1] if objects else ("", "")
    services.record_buffered(
        actor=actor,
        action="api.refused",
        object_type=object_type,
        object_id=str(object_id)[:_LONGEST_ID],
        patient_id=_row_id(objects.get("patient")),
        permission="" if needed is None or isinstance(needed, Access) else str(needed),
        outcome=Outcome.DENIED,
        detail={"route": route, "method": method, "code": response.data["error"]["code"]},
    )


def _row_id(value: Any) -> int | None:
    return value if isinstance(value, int) and value <= _LARGEST_ID else None


def _who(request: Request) -> Any:
    try:
        return request.user if request.user.is_authenticated else None
    except AppError:  # a broken or ended token is read again, and says so again
        return None


def _kind(name: str, route: str) -> str:
    """What a part of the address names: ``pk`` of patient-detail, ``sop_instance_uid``, …"""
    if name == "pk":
        return route.partition("-")[0]
    if name == "sop_instance_uid":
        return "instance"
    for ending in ("_instance_uid", "_id"):
        if name.endswith(ending):
            return name.removesuffix(ending)
    return ""
