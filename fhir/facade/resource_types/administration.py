"""Patient, Practitioner, PractitionerRole, Organization."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from acct.selectors import users_list
from common.person import Person
from emr.selectors import patients_visible_to
from fhir.facade.declarations import (
    ResourceSource,
    ResourceType,
    refer,
    register,
    stamped,
)
from fhir.facade.search_parameters import (
    DateParameter,
    ReferenceParameter,
    StringParameter,
    TokenParameter,
)
from fhir.services.gather import patient_facts, practitioner_facts
from fhir.services.resources.actors import GENDERS, patient_entry, practitioner_entry
from fhir.services.resources.elements import HL7, Json, coding, compact, identifier
from rbac.permissions import Permission, Role, Scope
from rbac.selectors import scope_for

BASE = settings.FHIR_IDENTIFIER_BASE
HOSPITAL = "hospital"
"""The id of the one Organization."""
STAFF = [role for role in Role if role not in (Role.PATIENT, Role.EXTERNAL)]


def _practitioners(user: Person) -> QuerySet[Any]:
    """The hospital's staff, for its staff."""
    inside = scope_for(user, Permission.READ_FHIR) is Scope.ALL
    return users_list().filter(role__in=STAFF) if inside else users_list().none()


def _organization(_: Person) -> list[Json]:
    organization = {
        "resourceType": "Organization",
        "id": HOSPITAL,
        "identifier": [identifier(f"{BASE}/organization", HOSPITAL)],
        "active": True,
        "name": "NeuroNova",
    }
    return [stamped(organization)]


def _role(row: Any) -> Json:
    said = [coding(f"{BASE}/role", row.role)]
    if row.role in ("doctor", "nurse"):
        said.append(coding(f"{HL7}/practitioner-role", row.role, row.role.title()))
    named = row.custom_role.name_en if row.custom_role else ""
    return {
        "resourceType": "PractitionerRole",
        "active": row.is_active,
        "practitioner": refer("Practitioner", row.pk).reference,
        "organization": refer("Organization", HOSPITAL).reference,
        "code": [compact({"coding": said, "text": named})],
    }


_name = StringParameter(field="full_name", sort=True)

register(
    ResourceType(
        name="Patient",
        sources=(
            ResourceSource(
                rows=patients_visible_to,
                render=lambda row: patient_entry(patient_facts(row), base=BASE).resource,
                updated="updated_at",
                patient=lambda row: row.pk,
                parameters={
                    "identifier": TokenParameter(
                        field="patient_id", system=f"{BASE}/mrn", sort=True
                    ),
                    "name": _name,
                    "birthdate": DateParameter(field="birth_date", day=True, sort=True),
                    "gender": TokenParameter(
                        field="gender",
                        codes={said: (ours,) for ours, said in GENDERS.items()},
                        system="http://hl7.org/fhir/administrative-gender",
                    ),
                },
            ),
        ),
    )
)
register(
    ResourceType(
        name="Practitioner",
        sources=(
            ResourceSource(
                rows=_practitioners,
                render=lambda row: practitioner_entry(practitioner_facts(row), base=BASE).resource,
                patient=lambda _: None,
                parameters={
                    "identifier": TokenParameter(
                        field="username", system=f"{BASE}/username", sort=True
                    ),
                    "name": _name,
                },
            ),
        ),
    )
)
register(
    ResourceType(
        name="PractitionerRole",
        sources=(
            ResourceSource(
                rows=lambda user: _practitioners(user).select_related("custom_role"),
                render=_role,
                patient=lambda _: None,
                parameters={
                    "practitioner": ReferenceParameter(field="pk", target="Practitioner"),
                    "role": TokenParameter(field="role", system=f"{BASE}/role"),
                    "active": TokenParameter(
                        field="is_active", codes={"true": (True,), "false": (False,)}
                    ),
                },
            ),
        ),
    )
)
register(ResourceType(name="Organization", fixed=_organization))
