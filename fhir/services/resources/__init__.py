"""What an approved AI result becomes in FHIR R4: facts in, one transaction Bundle out."""

from __future__ import annotations

from fhir.services.resources.bundle import build_publication_bundle
from fhir.services.resources.facts import (
    PublicationFacts,
    PublishedAiResult,
    PublishedClass,
    PublishedCode,
    PublishedEncounter,
    PublishedInstance,
    PublishedMask,
    PublishedModel,
    PublishedOrder,
    PublishedPatient,
    PublishedPractitioner,
    PublishedQuantity,
    PublishedSeries,
    PublishedStudy,
    PublishedVersion,
    PublishedVolume,
)

__all__ = [
    "PublicationFacts",
    "PublishedAiResult",
    "PublishedClass",
    "PublishedCode",
    "PublishedEncounter",
    "PublishedInstance",
    "PublishedMask",
    "PublishedModel",
    "PublishedOrder",
    "PublishedPatient",
    "PublishedPractitioner",
    "PublishedQuantity",
    "PublishedSeries",
    "PublishedStudy",
    "PublishedVersion",
    "PublishedVolume",
    "build_publication_bundle",
]
