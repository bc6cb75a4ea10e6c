"""The body of a call to a service, read with care (CDS Hooks 2.0, Calling a CDS Service)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common.errors import ErrorCode, InvalidInput, NotFound
from fhir.cds_hooks.draft_orders import DraftOrder, drafts_read
from fhir.cds_hooks.prefetched import Prefetch
from fhir.cds_hooks.rules.declared_rules import ORDER_HOOKS
from fhir.choices import Hook
from fhir.services.resources.elements import Json

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
MAX_SELECTIONS = 100


@dataclass(frozen=True, slots=True)
class HookRequest:
    """Ids are those of the caller. ``user``: type and id, such as ``Practitioner/7``."""

    hook: Hook
    hook_instance: UUID
    user: str
    patient: str
    encounter: str
    drafts: tuple[DraftOrder, ...]
    prefetch: Prefetch


def service_named(service_id: str) -> Hook:
    """Raises NotFound."""
    if service_id not in Hook.values:
        raise NotFound(ErrorCode.RECORD_NOT_FOUND, "the CDS service", "id")
    return Hook(service_id)


def request_read(service_id: str, body: Any) -> HookRequest:
    """Raises NotFound (no such service), InvalidInput (400)."""
    hook = service_named(service_id)
    if not isinstance(body, dict):
        raise _wrong("the body is no object", None)
    if body.get("hook") != hook.value:
        raise _wrong(f"this service is for {hook.value}", "hook")
    try:
        instance = UUID(str(body.get("hookInstance")))
    except ValueError:
        raise _wrong("a UUID is needed", "hookInstance") from None
    context = _object(body.get("context"), "context")
    prefetch = _object(body.get("prefetch", {}), "prefetch")
    if "fhirAuthorization" in body and not isinstance(body.get("fhirServer"), str):
        raise _wrong("needed with fhirAuthorization", "fhirServer")
    patient = _id(context, "patientId")
    return HookRequest(
        hook=hook,
        hook_instance=instance,
        user=_user(context),
        patient=patient,
        encounter=_encounter(context, hook),
        drafts=_drafts(context, hook, patient),
        prefetch=Prefetch(patient, prefetch),
    )


def _drafts(context: Json, hook: Hook, patient: str) -> tuple[DraftOrder, ...]:
    if hook not in ORDER_HOOKS:
        return ()
    bundle = _object(context.get("draftOrders"), "context.draftOrders")
    if bundle.get("resourceType") != "Bundle":
        raise _wrong("a Bundle is needed", "context.draftOrders")
    selections: list[str] | None = None
    if hook is Hook.ORDER_SELECT:
        given = context.get("selections")
        if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
            raise _wrong("a list of references is needed", "context.selections")
        selections = given[:MAX_SELECTIONS]
    return tuple(drafts_read(bundle, patient, selections))


def _encounter(context: Json, hook: Hook) -> str:
    if hook is Hook.ENCOUNTER_START or context.get("encounterId") is not None:
        return _id(context, "encounterId")
    return ""


def _user(context: Json) -> str:
    kind, _, key = str(context.get("userId")).partition("/")
    if not kind.isalpha() or not _ID.fullmatch(key):
        raise _wrong("a reference such as Practitioner/7 is needed", "context.userId")
    return f"{kind}/{key}"


def _id(context: Json, name: str) -> str:
    found = context.get(name)
    if not isinstance(found, str) or not _ID.fullmatch(found):
        raise _wrong("an id of FHIR is needed", f"context.{name}")
    return found


def _object(found: Any, name: str) -> Json:
    if not isinstance(found, dict):
        raise _wrong("an object is needed", name)
    return found


def _wrong(detail: str, field: str | None) -> InvalidInput:
    return InvalidInput(ErrorCode.VALIDATION, detail, field)
