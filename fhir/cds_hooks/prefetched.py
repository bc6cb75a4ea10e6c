"""What a client sent along: the patient's data of its own record, read with care.

A resource that is broken, or is another patient's, counts as not sent (CDS Hooks 2.0, Prefetch).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from fhir.cds_hooks.draft_orders import codings, text_of
from fhir.services.resources.elements import Json

MAX_RESOURCES = 500
LARGEST = 1e9
"""Of a number that is a measurement."""
_VALID = ("final", "amended", "corrected", "preliminary")


@dataclass(frozen=True, slots=True)
class SentMeasurement:
    """``unit`` as written, UCUM if the client uses it."""

    code: str
    value: float
    unit: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SentStatement:
    """A condition or a device: its codes and its words."""

    kind: str
    codes: tuple[tuple[str, str], ...]
    text: str


@dataclass(frozen=True, slots=True)
class Prefetch:
    """``patient_id``: as the client names the patient; ``values``: by key, whatever was sent."""

    patient_id: str
    values: Json

    def resource(self, key: str, resource_type: str) -> Json | None:
        """One resource of that type; None if it was not sent."""
        found = self.values.get(key)
        is_one = isinstance(found, dict) and found.get("resourceType") == resource_type
        return found if is_one else None

    def measurements(self, key: str) -> Iterator[SentMeasurement]:
        """Results with a number and a time."""
        for one in self._of_patient(key, "Observation"):
            quantity, at = one.get("valueQuantity"), _moment(one.get("effectiveDateTime"))
            if one.get("status") not in _VALID or not isinstance(quantity, dict) or at is None:
                continue
            value = quantity.get("value")
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            if abs(value) > LARGEST:  # an int may be none that a float can hold
                continue
            unit = str(quantity.get("code") or quantity.get("unit") or "")[:40]
            for _, code in codings(one.get("code")):
                yield SentMeasurement(code, float(value), unit, at)

    def statements(self, key: str, resource_type: str) -> Iterator[SentStatement]:
        """Conditions that are active, devices in use."""
        for one in self._of_patient(key, resource_type):
            if not _holds(one):
                continue
            concept = one.get("type" if resource_type == "Device" else "code")
            words = [text_of(concept)]
            names = one.get("deviceName")
            for name in names if isinstance(names, list) else []:
                if isinstance(name, dict):
                    words.append(str(name.get("name", ""))[:200])
            yield SentStatement(resource_type, tuple(codings(concept)), " ".join(words))

    def _of_patient(self, key: str, resource_type: str) -> Iterator[Json]:
        sent = self.values.get(key)
        entries = sent.get("entry") if isinstance(sent, dict) else None
        resources = [
            entry.get("resource")
            for entry in (entries if isinstance(entries, list) else [])[:MAX_RESOURCES]
            if isinstance(entry, dict)
        ]
        for one in [sent, *resources]:
            if not isinstance(one, dict) or one.get("resourceType") != resource_type:
                continue
            if self._is_theirs(one):
                yield one

    def _is_theirs(self, resource: Json) -> bool:
        subject = resource.get("subject") or resource.get("patient")
        reference = subject.get("reference") if isinstance(subject, dict) else None
        return isinstance(reference, str) and reference.rpartition("/")[2] == self.patient_id


def _holds(resource: Json) -> bool:
    """Neither resolved, refuted nor entered in error."""
    status = {code for _, code in codings(resource.get("clinicalStatus"))}
    verified = {code for _, code in codings(resource.get("verificationStatus"))}
    return (
        not status & {"inactive", "resolved", "remission"}
        and not verified & {"refuted", "entered-in-error"}
        and resource.get("status") not in ("inactive", "entered-in-error")
    )


def _moment(text: Any) -> datetime | None:
    """A dateTime of FHIR; a day alone is its beginning. None if it is none, or in the future."""
    if not isinstance(text, str):
        return None
    try:
        found = parse_datetime(text) or parse_date(text)
        if found is None:
            return None
        if not isinstance(found, datetime):
            found = datetime.combine(found, datetime.min.time())
        at = found if found.tzinfo else timezone.make_aware(found)
        return at if at.timestamp() <= timezone.now().timestamp() else None
    except (ValueError, OverflowError):
        return None
