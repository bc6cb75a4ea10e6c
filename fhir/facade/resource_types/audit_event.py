"""AuditEvent: the audit trail, shaped after IHE Basic Audit Log Patterns (BALP) 1.1.

The whole of it for who reads the record; of their own data for patients, without where a request
came from and without whom else it showed: of what showed several, its object is left out too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, Q, QuerySet, Value

from audit.choices import Outcome
from audit.services.glass import BREAK_GLASS
from audit.services.patient_records import about_patients, logs_visible_to, patients_of
from common.errors import NotFound
from common.person import Person
from emr.selectors.record_readers import accesses_to, own_patient, reads_only
from fhir.facade.declarations import ResourceSource, ResourceType, refer, register
from fhir.facade.resource_types.administration import BASE, HOSPITAL
from fhir.facade.search_parameters import (
    DateParameter,
    ReferenceParameter,
    StringParameter,
    TokenParameter,
)
from fhir.services.resources.elements import (
    DCM,
    HL7,
    Json,
    coding,
    compact,
    concept,
    identifier,
    moment,
)
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for

ACTION = f"{BASE}/audit-action"
_INTERACTION = "http://hl7.org/fhir/restful-interaction"
_ENTITY = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
_REST = coding(f"{HL7}/audit-event-type", "rest", "RESTful Operation")
_LOGIN = coding(DCM, "110114", "User Authentication")
_SEARCHES = ("search", "list", "query", "board", "timeline", "trends", "curves")
_DELETES = ("delete", "deleted", "remove", "withdraw", "discard", "revoke")
_OUTCOMES = {"0": (Outcome.OK,), "4": (Outcome.DENIED,), "8": (Outcome.FAILED,)}
_MOST_PATIENTS = 1000
"""Of a search by what patients are like."""


@dataclass(frozen=True, kw_only=True)
class ShownPatientParameter(ReferenceParameter):
    """A record may show several patients; one of a merged record is found by the one that stays."""

    target: str = "Patient"
    field: str = "patient_id"

    def to_any(self, keys: Any) -> Q:
        if isinstance(keys, QuerySet):
            wanted = [pk for row in keys[:_MOST_PATIENTS] for pk in row.values()]
        else:
            wanted = list(keys)
        # who reads of themselves alone is not told whom else a list showed
        return about_patients(wanted) & (Q(only__isnull=True) | Q(only__in=wanted))

    def keys(self, row: Any) -> Iterable[Any]:
        return _patients(row)


def _rows(user: Person) -> QuerySet[Any]:
    every = logs_visible_to(user)
    rows: QuerySet[Any] = every.annotate(only=Value(None, output_field=IntegerField()))
    is_reader = user.has_permission(Permission.VIEW_AUDIT)
    if not is_reader and scope_for(user, Permission.VIEW_ACCESS) is Scope.OWN:
        try:
            patient = own_patient(user)
        except NotFound:
            return rows
        rows = accesses_to(patient).annotate(only=Value(patient.pk))
    return rows


def _patients(row: Any) -> list[int]:
    return [row.only] if row.only is not None else patients_of(row)


def _interaction(action: str) -> tuple[str, str]:
    """AuditEvent.action, and the interaction of REST; DICOM's word for signing in and out."""
    verb = action.partition(".")[2]
    if reads_only(action):
        return ("E", "search-type") if verb in _SEARCHES else ("R", "read")
    if verb in _DELETES:
        return "D", "delete"
    return ("C", "create") if verb in ("create", "upload", "add") else ("U", "update")


def _agent(row: Any) -> Json:
    """The person, or the system itself."""
    if row.actor_id is None:
        kind = concept(DCM, "110150", "Application")
        return {"type": kind, "who": {"display": "NeuroNova CDSS"}, "requestor": True}
    named = {
        "identifier": identifier(f"{BASE}/username", row.actor_username),
        "display": row.actor_username,
    }
    network = {"address": row.source_ip, "type": "2"} if row.source_ip and not row.only else None
    return compact(
        {
            "type": concept(f"{HL7}/v3-ParticipationType", "IRCP", "information recipient"),
            "role": [{"text": row.actor_role}] if row.actor_role else [],
            "who": named if row.actor_username else {"display": str(row.actor_id)},
            "requestor": True,
            "network": network,
            "purposeOfUse": [concept(f"{HL7}/v3-ActReason", "BTG", "break the glass")]
            if row.permission == BREAK_GLASS
            else [],
        }
    )


def _entities(row: Any) -> Iterable[Json]:
    for pk in _patients(row):
        yield {
            "what": refer("Patient", pk).reference,
            "type": coding(f"{HL7}/audit-entity-type", "1", "Person"),
            "role": coding(f"{HL7}/object-role", "1", "Patient"),
        }
    if row.object_type and (row.only is None or len(patients_of(row)) <= 1):
        named = f"{row.object_type}/{row.object_id}".strip("/")
        yield {
            "what": {"identifier": identifier(f"{BASE}/audit-object", named)},
            "type": coding(f"{HL7}/audit-entity-type", "2", "System Object"),
            "role": coding(f"{HL7}/object-role", "4", "Domain Resource"),
        }
    if row.request_id:
        yield {
            "what": {"identifier": {"value": row.request_id}},
            "type": coding(_ENTITY, "XrequestId"),
        }


def _audit_event(row: Any) -> Json:
    code, interaction = _interaction(row.action)
    is_session = row.action.startswith("session.")
    subtypes = [] if is_session else [coding(_INTERACTION, interaction)]
    outcome = next(said for said, (ours,) in _OUTCOMES.items() if ours == row.outcome)
    return compact(
        {
            "resourceType": "AuditEvent",
            "type": _LOGIN if is_session else _REST,
            "subtype": [*subtypes, coding(ACTION, row.action)],
            "action": "E" if is_session else code,
            "recorded": moment(row.occurred_at),
            "outcome": outcome,
            "agent": [_agent(row)],
            "source": {
                "observer": refer("Organization", HOSPITAL).reference,
                "type": [coding(f"{HL7}/security-source-type", "4", "Application Server")],
            },
            "entity": list(_entities(row)),
        }
    )


register(
    ResourceType(
        name="AuditEvent",
        sources=(
            ResourceSource(
                rows=_rows,
                render=_audit_event,
                updated="occurred_at",
                patients=_patients,
                in_everything=False,
                parameters={
                    "patient": ShownPatientParameter(),
                    "date": DateParameter(field="occurred_at", sort=True),
                    "agent": ReferenceParameter(field="actor_id", target="Practitioner"),
                    "agent-name": StringParameter(field="actor_username"),
                    "subtype": TokenParameter(field="action", system=ACTION),
                    "outcome": TokenParameter(
                        field="outcome",
                        codes=_OUTCOMES,
                        system="http://hl7.org/fhir/audit-event-outcome",
                    ),
                },
            ),
        ),
    )
)
