"""Read what patients ask to have corrected."""

from __future__ import annotations

from django.db.models import QuerySet

from common.errors import ErrorCode, NotFound
from common.person import Person
from emr.models import ContactRequest
from rbac.permissions import Permission


def requests_visible_to(user: Person) -> QuerySet[ContactRequest]:
    return ContactRequest.objects.visible_to(user).select_related("patient", "decided_by")


def request_get(user: Person, pk: int) -> ContactRequest:
    """Raises NotFound for who may not change the patient's data."""
    seen = requests_visible_to(user) if user.has_permission(Permission.EDIT_PATIENT) else None
    request = seen.filter(pk=pk).first() if seen is not None else None
    if request is None:
        raise NotFound(ErrorCode.RECORD_NOT_FOUND, f"contact request {pk}", "id")
    return request
