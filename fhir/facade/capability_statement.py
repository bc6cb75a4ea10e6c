"""The CapabilityStatement, and the table of docs/fhir.md, from the declarations."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from fhir.facade.declarations import REGISTRY, ResourceType
from fhir.facade.search_parameters import SearchParameter
from fhir.services.resources.elements import Json, compact

PUBLISHED = "2026-11-29"
"""The day of the last change of what is declared here."""
INTERACTIONS = ("read", "vread", "history-instance", "search-type")


def capability_statement() -> Json:
    """FHIR R4 capabilitystatement.html."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": PUBLISHED,
        "kind": "instance",
        "software": {"name": "NeuroNova CDSS"},
        "implementation": {
            "description": "NeuroNova CDSS",
            "url": f"{settings.PUBLIC_BASE_URL}/api/fhir",
        },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "Authorization: Bearer, the token of the API"},
                "resource": [_resource(REGISTRY[name]) for name in sorted(REGISTRY)],
            }
        ],
    }


def _resource(kind: ResourceType) -> Json:
    referring = [
        f"{other.name}:{name}"
        for other in REGISTRY.values()
        for name, link in other.references.items()
        if link.target == kind.name
    ]
    kept = any(source.versions for source in kind.sources)
    everything = {
        "name": "everything",
        "definition": "http://hl7.org/fhir/OperationDefinition/Patient-everything",
    }
    return compact(
        {
            "type": kind.name,
            "documentation": "" if kept else "Only the present version is kept.",
            "interaction": [{"code": code} for code in INTERACTIONS],
            "versioning": "versioned",
            "readHistory": bool(kept),
            "conditionalRead": "not-match",
            "searchInclude": [f"{kind.name}:{name}" for name in kind.references],
            "searchRevInclude": sorted(referring),
            "searchParam": [
                compact(
                    {"name": name, "type": parameter.type, "documentation": documented(parameter)}
                )
                for name, parameter in sorted(kind.parameters.items())
            ],
            "operation": [everything] if kind.name == "Patient" else [],
        }
    )


def documented(parameter: SearchParameter) -> str:
    """Empty, or as in ``:missing, :not; sorts``."""
    modifiers = ", ".join(f":{one}" for one in parameter.modifiers)
    return "; ".join(filter(None, [modifiers, "sorts" if parameter.sort else ""]))


def documentation() -> Iterator[str]:
    """Lines of the table of types and parameters."""
    yield "| Type | Search parameters |"
    yield "|---|---|"
    for name in sorted(REGISTRY):
        parameters = REGISTRY[name].parameters
        yield f"| {name} | {', '.join(f'`{one}`' for one in sorted(parameters))} |"
