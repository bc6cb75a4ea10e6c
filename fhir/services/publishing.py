"""Publishing an approval to the FHIR server."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from common.errors import ErrorCode, ExternalError
from fhir.clients.hapi import HapiClient, hapi_client
from fhir.resources.R4B.bundle import Bundle
from fhir.services.resources import PublicationFacts, build_publication_bundle
from fhir.services.resources.elements import Json


@dataclass(frozen=True)
class FhirReceipt:
    """The ids under which the approval is found on the FHIR server."""

    diagnostic_report: str
    imaging_study: str


def publication_send(*, facts: PublicationFacts, client: HapiClient | None = None) -> FhirReceipt:
    """Publish one approval in one transaction; sending it again changes nothing.

    Raises:
        ExternalError: retryable when the server is away; final when the resources are refused,
            by our own validation (the detail names the paths) or by the server (its codes).
    """
    bundle = build_publication_bundle(facts)
    bundle_validate(bundle)
    stored = (client or hapi_client()).transaction(bundle)
    ids = {resource.resource_type: resource.id for resource in stored}
    return FhirReceipt(diagnostic_report=ids["DiagnosticReport"], imaging_study=ids["ImagingStudy"])


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
