"""What the answers of the FHIR server's description hold."""

from __future__ import annotations

from emr.examples import PATIENT as OURS
from fhir.services.resources.elements import Json

_BASE = "https://cdss.example.org/api/fhir"
PATIENT: Json = {
    "resourceType": "Patient",
    "id": str(OURS["id"]),
    "meta": {"versionId": "8f14e45fceea167a", "lastUpdated": "2026-01-05T01:30:00.000+00:00"},
    "identifier": [
        {"system": "https://cdss.example.org/fhir/sid/mrn", "value": OURS["patient_id"]}
    ],
    "name": [{"use": "official", "text": OURS["full_name"]}],
    "gender": "male",
    "birthDate": OURS["birth_date"],
}
SEARCHSET: Json = {
    "resourceType": "Bundle",
    "type": "searchset",
    "total": 1,
    "link": [{"relation": "self", "url": f"{_BASE}/Patient?name=%EA%B9%80"}],
    "entry": [{"fullUrl": f"{_BASE}/Patient/1", "resource": PATIENT, "search": {"mode": "match"}}],
}
HISTORY: Json = {
    "resourceType": "Bundle",
    "type": "history",
    "total": 1,
    "link": [{"relation": "self", "url": f"{_BASE}/Patient/1/_history"}],
    "entry": [
        {
            "fullUrl": f"{_BASE}/Patient/1",
            "resource": PATIENT,
            "request": {"method": "PUT", "url": "Patient/1"},
            "response": {"status": "201", "etag": 'W/"8f14e45fceea167a"'},
        }
    ],
}
CAPABILITY_STATEMENT: Json = {
    "resourceType": "CapabilityStatement",
    "status": "active",
    "date": "2026-11-29",
    "kind": "instance",
    "fhirVersion": "4.0.1",
    "format": ["application/fhir+json"],
    "rest": [
        {
            "mode": "server",
            "resource": [{"type": "Patient", "interaction": [{"code": "search-type"}]}],
        }
    ],
}
