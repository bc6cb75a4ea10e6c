"""The text of each resource for a person who has no software for it (FHIR R4, narrative.html)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from fhir.services.resources.elements import Json

_XHTML = "http://www.w3.org/1999/xhtml"


def narrative(resource: Json) -> Json:
    """Narrative of what the resource itself says; the same resource has the same text."""
    lines = [resource["resourceType"], *_LINES[resource["resourceType"]](resource)]
    paragraphs = "".join(f"<p>{escape(_printable(line), quote=False)}</p>" for line in lines)
    return {"status": "generated", "div": f'<div xmlns="{_XHTML}">{paragraphs}</div>'}


def has_narrative(resource: Json) -> bool:
    """Whether its type has a text here."""
    return resource["resourceType"] in _LINES


def _printable(line: str) -> str:
    """XML has no place for control characters."""
    return "".join(c if c.isprintable() else " " for c in line)


def _person(resource: Json) -> Iterator[str]:
    yield resource["name"][0]["text"]
    yield resource["identifier"][0]["value"]
    yield from (resource[key] for key in ("gender", "birthDate") if key in resource)


def _encounter(resource: Json) -> Iterator[str]:
    yield f"{resource['class']['display']}, {resource['status']}"
    yield from (f"{name}: {at}" for name, at in resource["period"].items())


def _service_request(resource: Json) -> Iterator[str]:
    yield f"{_concept(resource['code'])}, {resource['priority']}, {resource['status']}"
    yield from (_concept(reason) for reason in resource.get("reasonCode", []))
    yield f"Ordered: {resource['authoredOn']}"


def _device(resource: Json) -> Iterator[str]:
    yield f"{resource['deviceName'][0]['name']} {resource['version'][0]['value']}"
    yield from (resource[key] for key in ("manufacturer",) if key in resource)


def _endpoint(resource: Json) -> Iterator[str]:
    yield f"{resource['name']}: {resource['address']}"


def _imaging_study(resource: Json) -> Iterator[str]:
    yield from (resource[key] for key in ("description", "started") if key in resource)
    for series in resource["series"]:
        label = " ".join([series["modality"]["code"], series.get("description", "")]).strip()
        yield f"{label}: {series['numberOfInstances']} images"


def _observation(resource: Json) -> Iterator[str]:
    yield f"{_concept(resource['code'])}: {_value(resource)}"
    yield from (
        f"{_concept(part['code'])}: {_value(part)}" for part in resource.get("component", [])
    )
    yield from (note["text"] for note in resource.get("note", []))


def _diagnostic_report(resource: Json) -> Iterator[str]:
    yield f"{_concept(resource['code'])}, {resource['status']}"
    yield from resource["conclusion"].splitlines()


def _risk_assessment(resource: Json) -> Iterator[str]:
    for prediction in resource["prediction"]:
        yield f"{_concept(prediction['outcome'])}: {prediction['probabilityDecimal']:g}"
    yield from (note["text"] for note in resource.get("note", []))


def _provenance(resource: Json) -> Iterator[str]:
    roles = ", ".join(_concept(agent["type"]) for agent in resource["agent"])
    yield f"{resource['meta']['security'][0]['display']}: {roles}, {resource['recorded']}"
    entities = resource.get("entity", [])
    yield from (entity["what"].get("display", "Parameters") for entity in entities)


def _concept(concept: Json) -> str:
    coded = concept.get("coding") or [{}]
    return str(concept.get("text") or coded[0].get("display", ""))


def _value(part: Json) -> str:
    if "valueQuantity" in part:
        quantity = part["valueQuantity"]
        return f"{quantity['value']:g} {quantity.get('unit', '')}".strip()
    return _concept(part.get("valueCodeableConcept", {"text": part.get("valueString", "")}))


_LINES: dict[str, Callable[[Json], Iterator[str]]] = {
    "Patient": _person,
    "Practitioner": _person,
    "Encounter": _encounter,
    "ServiceRequest": _service_request,
    "Device": _device,
    "Endpoint": _endpoint,
    "ImagingStudy": _imaging_study,
    "Observation": _observation,
    "DiagnosticReport": _diagnostic_report,
    "RiskAssessment": _risk_assessment,
    "Provenance": _provenance,
}
