"""A radiologist's report as a DiagnosticReport; one for all editions of a report."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from fhir.services.resources.actors import Actors, actors_named, practitioner_entry
from fhir.services.resources.bundle import transaction_of
from fhir.services.resources.elements import (
    HL7,
    LOINC,
    BundleEntry,
    Json,
    compact,
    concept,
    identified,
    identifier,
    moment,
)
from fhir.services.resources.facts import (
    PublishedEncounter,
    PublishedOrder,
    PublishedPatient,
    PublishedPractitioner,
    PublishedStudy,
)
from fhir.services.resources.imaging import endpoint_entry, imaging_study_entry

_STATES = {
    "preliminary": "preliminary",
    "signed": "final",
    "amended": "amended",
    "withdrawn": "entered-in-error",
}


@dataclass(frozen=True, kw_only=True)
class RadiologyReportFacts:
    """``number``: of the first edition, which names all of them; ``text``: the whole report.

    ``interpreters``: who wrote it first, then who signed it. ``pdf``: of a signed one.
    """

    number: int
    status: str
    title: str
    language: str
    conclusion: str
    text: str
    issued: datetime
    performer: PublishedPractitioner
    interpreters: tuple[PublishedPractitioner, ...]
    patient: PublishedPatient
    study: PublishedStudy
    order: PublishedOrder | None
    encounter: PublishedEncounter | None
    gateway_url: str
    identifier_base: str
    pdf: bytes = b""


def build_report_bundle(facts: RadiologyReportFacts) -> Json:
    """The transaction Bundle of one report; sending the same again changes nothing."""
    base = facts.identifier_base
    actors = actors_named(
        patient=facts.patient,
        approver=facts.performer,
        order=facts.order,
        encounter=facts.encounter,
        base=base,
    )
    endpoint = endpoint_entry(facts.gateway_url, base=base)
    study = imaging_study_entry(facts.study, actors, endpoint)
    people = [practitioner_entry(one, base=base) for one in facts.interpreters]
    report = report_entry(facts, actors, study=study, interpreters=people)
    return transaction_of([*actors.all, *people, endpoint, study, report])


def report_entry(
    facts: RadiologyReportFacts,
    actors: Actors,
    *,
    study: BundleEntry,
    interpreters: Iterable[BundleEntry],
) -> BundleEntry:
    """DiagnosticReport, by the number of its first edition."""
    base = facts.identifier_base
    return identified(
        "DiagnosticReport",
        identifier(f"{base}/radiology-report", str(facts.number)),
        basedOn=actors.based_on,
        status=_STATES[facts.status],
        category=[concept(f"{HL7}/v2-0074", "RAD", "Radiology")],
        code=concept(LOINC, "18748-4", "Diagnostic imaging study", text=facts.title),
        **actors.subject,
        effectiveDateTime=_day(facts.study.started or facts.issued),
        issued=moment(facts.issued),
        performer=[actors.approver.reference],
        resultsInterpreter=[one.reference for one in interpreters],
        imagingStudy=[study.reference],
        conclusion=facts.conclusion or facts.text,
        presentedForm=_forms(facts),
        language=facts.language,
    )


def _day(at: date | datetime) -> str:
    return moment(at)


def _forms(facts: RadiologyReportFacts) -> list[Json]:
    forms = [_attachment(facts, "text/plain;charset=utf-8", facts.text.encode())]
    if facts.pdf:
        forms.append(_attachment(facts, "application/pdf", facts.pdf))
    return forms


def _attachment(facts: RadiologyReportFacts, content_type: str, data: bytes) -> Json:
    """Attachment; FHIR R4 defines its hash as SHA-1."""
    digest = hashlib.sha1(data, usedforsecurity=False).digest()
    return compact(
        {
            "contentType": content_type,
            "language": facts.language,
            "data": b64encode(data).decode("ascii"),
            "size": len(data),
            "hash": b64encode(digest).decode("ascii"),
            "title": facts.title,
            "creation": moment(facts.issued),
        }
    )
