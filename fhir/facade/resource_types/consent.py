"""Consent: shares of a patient with one person, for a time."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from common.person import Person
from emr.selectors import patients_seen_by, shares_that_stand
from fhir.facade.declarations import ResourceSource, ResourceType, refer, register
from fhir.facade.resource_types.administration import BASE, HOSPITAL, STAFF
from fhir.facade.search_parameters import DateParameter, ReferenceParameter, TokenParameter
from fhir.services.resources.elements import (
    HL7,
    LOINC,
    Json,
    compact,
    concept,
    dicom_identifier,
    identifier,
    moment,
)
from rbac.permissions import Permission
from rbac.selectors import shares_of


def _rows(user: Person) -> QuerySet[Any]:
    """Of the patients whose accesses the person may read, and one's own."""
    shares = shares_of(user, patients_seen_by(user, Permission.VIEW_ACCESS))
    seen = shares_that_stand(shares).filter(patient_id__in=patients_seen_by(user))
    open_now = Q(revoked_at=None, expires_at__gt=timezone.now())
    found: QuerySet[Any] = seen.annotate(
        status=Case(When(open_now, then=Value("active")), default=Value("inactive")),
        updated_at=Coalesce("revoked_at", "created_at"),
    )
    return found


def _person(user: Any) -> Json:
    if user.role in STAFF:
        return refer("Practitioner", user.pk).reference
    named = {"identifier": identifier(f"{BASE}/username", user.username)}
    return named | {"display": user.full_name or user.username}


def _consent(row: Any) -> Json:
    study = row.study_instance_uid
    imaged = study and {
        "meaning": "instance",
        "reference": {"type": "ImagingStudy", "identifier": dicom_identifier(study)},
    }
    recipient = concept(f"{HL7}/v3-ParticipationType", "IRCP", "information recipient")
    provision = {
        "type": "permit",
        "period": {"start": moment(row.created_at), "end": moment(row.ends_at)},
        "actor": [{"role": recipient, "reference": _person(row.grantee)}],
        "data": [imaged] if imaged else [],
    }
    return {
        "resourceType": "Consent",
        "identifier": [identifier(f"{BASE}/share", str(row.pk))],
        "status": row.status,
        "scope": concept(f"{HL7}/consentscope", "patient-privacy", "Privacy Consent"),
        "category": [concept(LOINC, "59284-0", "Consent Document")],
        "patient": refer("Patient", row.patient_id).reference,
        "dateTime": moment(row.created_at),
        "performer": [_person(row.granted_by)],
        "organization": [refer("Organization", HOSPITAL).reference],
        "policyRule": concept(f"{HL7}/v3-ActCode", "OPTIN", "opt-in"),
        "provision": compact(provision),
    }


register(
    ResourceType(
        name="Consent",
        sources=(
            ResourceSource(
                rows=_rows,
                render=_consent,
                updated="updated_at",
                parameters={
                    "patient": ReferenceParameter(field="patient_id", target="Patient"),
                    "identifier": TokenParameter(field="pk", system=f"{BASE}/share", number=True),
                    "status": TokenParameter(
                        field="status", system="http://hl7.org/fhir/consent-state-codes"
                    ),
                    "date": DateParameter(field="created_at", sort=True),
                    "actor": ReferenceParameter(field="grantee", target="Practitioner"),
                },
            ),
        ),
    )
)
