"""Of whom a call speaks: the person of ours and the patient that a client's ids name.

By the ids of ``/api/fhir``, or by an identifier in what the client sent along; never by a name.
"""

from __future__ import annotations

from typing import Any

from acct.selectors import users_list
from common.errors import ErrorCode, InvalidInput, NotFound, PermissionDenied
from common.person import Person
from emr.selectors import patient_get, patient_seen_by_mrn
from fhir.cds_hooks.hook_requests import HookRequest
from fhir.models import CdsClient
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for

_LARGEST_ID = 2**63 - 1


def person_named(client: CdsClient, asked: HookRequest) -> Any:
    """Raises PermissionDenied for a person whom we do not know, InvalidInput (412)."""
    people = users_list().select_related("custom_role").filter(is_active=True)
    kind, _, key = asked.user.partition("/")
    found = None
    if client.user_system:
        name = _identifier(asked, "user", asked.user, client.user_system)
        found = next((one for one in people.filter(username=name) if one.username == name), None)
    elif kind == "Practitioner" and _is_key(key):
        found = people.filter(pk=int(key)).first()
    if found is None:
        raise PermissionDenied("the client names nobody of ours", "context.userId")
    return found


def patient_named(person: Person, client: CdsClient | None, asked: HookRequest) -> Any:
    """A patient whom the person may see, being of the staff.

    Raises PermissionDenied, NotFound, ConflictError (merged), InvalidInput (412).
    """
    if scope_for(person, Permission.VIEW_PATIENT) is not Scope.ALL:
        raise PermissionDenied("decision support is for the staff")
    if client is not None and client.patient_system:
        mrn = _identifier(asked, "patient", f"Patient/{asked.patient}", client.patient_system)
        found = patient_seen_by_mrn(person, mrn)
        if found is None:
            raise _unknown()
        return found
    if not _is_key(asked.patient):
        raise _unknown()
    return patient_get(person, int(asked.patient))


def own_session_checked(person: Person, asked: HookRequest) -> None:
    """Raises InvalidInput: with one's own session one asks for oneself."""
    if asked.user != f"Practitioner/{person.pk}":
        raise InvalidInput(ErrorCode.VALIDATION, "not the person logged in", "context.userId")


def _unknown() -> NotFound:
    return NotFound(ErrorCode.PATIENT_NOT_FOUND, "the patient of the call", "context.patientId")


def _is_key(text: str) -> bool:
    return text.isdecimal() and text.isascii() and int(text) <= _LARGEST_ID


def _identifier(asked: HookRequest, key: str, reference: str, system: str) -> str:
    """Of the resource that the client sent under this reference. Raises InvalidInput (412)."""
    resource_type, _, wanted = reference.partition("/")
    resource = asked.prefetch.resource(key, resource_type) or {}
    found = resource.get("identifier") if resource.get("id") == wanted else None
    values = [
        one["value"]
        for one in (found if isinstance(found, list) else [])
        if isinstance(one, dict) and one.get("system") == system
        and isinstance(one.get("value"), str)
    ]  # fmt: skip
    if len(set(values)) != 1:
        raise InvalidInput(ErrorCode.HOOK_DATA_MISSING, f"{resource_type} with {system}",
                           f"prefetch.{key}")  # fmt: skip
    return str(values[0])
