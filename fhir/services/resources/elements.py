"""The FHIR data types the resources are made of, and the entry that carries one resource."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

Json = dict[str, Any]

DICOM_UID = "urn:dicom:uid"
DCM = "http://dicom.nema.org/resources/ontology/DCM"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
HL7 = "http://terminology.hl7.org/CodeSystem"

_KEYS = UUID("5f0b6a5e-7c0f-5d38-9a55-2f6f3f0f7d11")
_SCHEMES = {"SCT": SNOMED, "DCM": DCM, "LN": LOINC, "UCUM": UCUM}


@dataclass(frozen=True)
class BundleEntry:
    """A resource with the natural key it is written under.

    `url` is `Type?identifier=…` for a conditional update or `Type/id`; the temporary id by which
    the other entries refer to it follows from it.
    """

    resource: Json
    url: str

    @property
    def full_url(self) -> str:
        """`urn:uuid:…`, the same for the same key."""
        return f"urn:uuid:{self.resource.get('id') or uuid5(_KEYS, self.url)}"

    @property
    def reference(self) -> Json:
        """A Reference to it, resolved by the server within the transaction."""
        return {"reference": self.full_url, "type": self.resource["resourceType"]}

    def as_bundle_entry(self) -> Json:
        """Bundle.entry: PUT, conditional or by id, so that sending twice changes nothing."""
        return {
            "fullUrl": self.full_url,
            "resource": self.resource,
            "request": {"method": "PUT", "url": self.url},
        }


def identified(resource_type: str, *identifiers: Json, **elements: Any) -> BundleEntry:
    """A resource that is found, and replaced, by the first of its identifiers."""
    resource = compact({"resourceType": resource_type, "identifier": list(identifiers), **elements})
    token = quote(search_token(identifiers[0]), safe=":/")
    return BundleEntry(resource, f"{resource_type}?identifier={token}")


def search_token(key: Json) -> str:
    """An Identifier as the value of a search."""
    return f"{_escaped(key['system'])}|{_escaped(key['value'])}"


def under_id(resource_type: str, key: str, **elements: Any) -> BundleEntry:
    """A resource that we give its id, for want of an identifier of its own to find it by."""
    resource = compact({"resourceType": resource_type, "id": key, **elements})
    return BundleEntry(resource, f"{resource_type}/{key}")


def _escaped(part: str) -> str:
    """Escaping of a search value (FHIR R4 search, 3.1.1.4.16)."""
    for character in "\\$,|":
        part = part.replace(character, f"\\{character}")
    return part


def compact(elements: Json) -> Json:
    """Without the elements that have no value: FHIR knows no null and no empty list."""
    return {name: value for name, value in elements.items() if value not in (None, "", [], {})}


def identifier(system: str, value: str, *, type_code: str = "") -> Json:
    """An Identifier; `type_code` is of HL7 table 0203 (MR, PLAC, ACSN)."""
    kind = {"coding": [coding(f"{HL7}/v2-0203", type_code)]} if type_code else None
    return compact({"type": kind, "system": system, "value": value})


def dicom_identifier(uid: str) -> Json:
    """A DICOM UID as FHIR writes it: `urn:dicom:uid` and `urn:oid:…`."""
    return {"system": DICOM_UID, "value": f"urn:oid:{uid}"}


def coding(system: str, code: str, display: str = "") -> Json:
    """A Coding."""
    return compact({"system": system, "code": code, "display": display})


ASSERTED_BY_AI = coding(f"{HL7}/v3-ObservationValue", "AIAST", "Artificial Intelligence asserted")
ASSERTED_BY_CLINICIAN = coding(f"{HL7}/v3-ObservationValue", "CLINAST", "clinician asserted")
"""Security labels (meta.security): whose word a resource is."""


def concept(system: str, code: str, display: str, *, text: str = "") -> Json:
    """A CodeableConcept of one coding."""
    return compact({"coding": [coding(system, code, display)], "text": text})


def dicom_concept(value: str, scheme: str, meaning: str) -> Json:
    """A DICOM code triplet (PS3.3 8.8); a private scheme has no URI, so only its text is kept."""
    if system := _SCHEMES.get(scheme):
        return concept(system, value, meaning)
    return {"text": meaning}


def quantity(value: float, *, unit: str, code: str) -> Json:
    """A Quantity with a UCUM code, to three decimals."""
    return compact({"value": round(value, 3), "unit": unit, "system": UCUM, "code": code})


def decimal_text(value: float) -> str:
    """A value in a sentence, to the same three decimals as in a Quantity."""
    return f"{round(value, 3):g}"


def moment(value: datetime | date) -> str:
    """dateTime or instant in UTC to the millisecond; a date without time stays a date.

    Raises:
        ValueError: a time without zone, which could be any moment of a day.
    """
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a published time has no time zone")
        return value.astimezone(UTC).isoformat(timespec="milliseconds")
    return value.isoformat()
