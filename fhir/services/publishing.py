"""Publishing an approval to the FHIR server."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from pydantic import ValidationError

from common.errors import ErrorCode, ExternalError
from emr import selectors as patients
from fhir.clients.hapi import HapiClient, hapi_client
from fhir.resources.R4B.bundle import Bundle
from fhir.services.gather import patient_facts
from fhir.services.resources import PublicationFacts, build_publication_bundle
from fhir.services.resources.bundle import build_patient_bundle
from fhir.services.resources.elements import Json, identifier, search_token


@dataclass(frozen=True)
class FhirReceipt:
    """The ids under which the approval is found on the FHIR server; no study without images."""

    diagnostic_report: str
    imaging_study: str


def publication_send(*, facts: PublicationFacts, client: HapiClient | None = None) -> FhirReceipt:
    """Publish one approval in one transaction; sending it again changes nothing.

    Raises:
        ExternalError: retryable when the server is away; final when the resources are refused,
            by our own validation or the server's $validate (the detail names the paths), or by the
            server when it stores them (its codes).
    """
    client = client or hapi_client()
    bundle = build_publication_bundle(facts)
    bundle_validate(bundle)
    if faults := client.refused(bundle):
        detail = "; ".join(dict.fromkeys(faults))
        raise ExternalError(ErrorCode.FHIR_REJECTED, detail, retryable=False)
    stored = client.transaction(bundle)
    ids = {resource.resource_type: resource.id for resource in stored}
    return FhirReceipt(
        diagnostic_report=ids["DiagnosticReport"], imaging_study=ids.get("ImagingStudy", "")
    )


def patient_send(patient_id: int, *, client: HapiClient | None = None) -> None:
    """Say of a patient whom the server knows whether the record was merged into another.

    The one with ``link`` replaced-by and not active, or without either. Raises ExternalError.
    """
    patient = patients.patient_identity(patient_id)
    if patient is None:
        return
    client, base = client or hapi_client(), settings.FHIR_IDENTIFIER_BASE
    token = search_token(identifier(f"{base}/mrn", patient.patient_id))
    if not client.search("Patient", identifier=token):
        return
    survivor = patient_facts(patient.merged_into) if patient.merged_into else None
    bundle = build_patient_bundle(patient_facts(patient), survivor, base=base)
    bundle_validate(bundle)
    client.transaction(bundle)


def publication_retract(key: str, *, client: HapiClient | None = None) -> None:
    """Say of an approval that was withdrawn that it was entered in error, if it is there at all.

    It is there when the server stored it and its answer was lost. Raises ExternalError.
    """
    client = client or hapi_client()
    token = f"{settings.FHIR_IDENTIFIER_BASE}/ai-report|{key}"
    for report in client.search("DiagnosticReport", identifier=token):
        results = [client.read(each["reference"]) for each in report.get("result", [])]
        risk = f"{settings.FHIR_IDENTIFIER_BASE}/ai-risk|{key}"
        results += client.search("RiskAssessment", identifier=risk)
        client.transaction(
            {
                "resourceType": "Bundle",
                "type": "transaction",
                "entry": [_in_error(resource) for resource in (report, *results)],
            }
        )


def _in_error(resource: Json) -> Json:
    url = f"{resource['resourceType']}/{resource['id']}"
    return {
        "resource": {**resource, "status": "entered-in-error"},
        "request": {"method": "PUT", "url": url},
    }


def bundle_validate(bundle: Json) -> None:
    """Check every resource against its R4B definition before anything leaves the process.

    Raises:
        ExternalError: final; its detail names the paths at fault and never a value.
    """
    try:
        Bundle.model_validate(bundle)
    except ValidationError as error:
        issues = error.errors(include_input=False, include_url=False, include_context=False)
        paths = [f"{_path(bundle, issue['loc'])}: {issue['type']}" for issue in issues]
        detail = "; ".join(dict.fromkeys(paths))
        raise ExternalError(ErrorCode.FHIR_REJECTED, detail, retryable=False) from None


def _path(bundle: Json, location: tuple[int | str, ...]) -> str:
    """`entry.6.resource.status` as `Observation.status`."""
    match location:
        case ("entry", int(index), "resource", *rest):
            head = bundle["entry"][index]["resource"].get("resourceType", "Resource")
            return ".".join([head, *map(str, rest)])
        case _:
            return ".".join(["Bundle", *map(str, location)])
