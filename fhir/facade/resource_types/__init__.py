"""A module for each type, or for those that belong together; each registers its types."""

from fhir.facade.resource_types import (
    administration,
    ai_results,
    assertions,
    audit_event,
    care,
    clinical_summary,
    communication,
    consent,
    diagnostic_report,
    document_reference,
    encounter,
    imaging_study,
    observation,
    service_request,
)

__all__ = [
    "administration",
    "ai_results",
    "assertions",
    "audit_event",
    "care",
    "clinical_summary",
    "communication",
    "consent",
    "diagnostic_report",
    "document_reference",
    "encounter",
    "imaging_study",
    "observation",
    "service_request",
]
