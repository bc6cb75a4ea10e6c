"""One approval as one FHIR transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fhir.services.resources.actors import actors_of, patient_entry
from fhir.services.resources.elements import BundleEntry, Json
from fhir.services.resources.facts import PublicationFacts, PublishedPatient
from fhir.services.resources.imaging import endpoint_entry, imaging_study_entry
from fhir.services.resources.narrative import narrative
from fhir.services.resources.observations import findings_entries, risk_entry
from fhir.services.resources.provenance import ai_provenance_entry, approval_provenance_entry
from fhir.services.resources.report import diagnostic_report_entry


def build_publication_bundle(facts: PublicationFacts) -> Json:
    """The transaction Bundle (FHIR R4, http.html#transaction) that publishes an approval.

    Pure: no clock, no randomness. Every entry is a PUT on a natural key, so that sending the
    same facts again leaves every versionId as it was.
    """
    return transaction_of(_entries(facts))


def transaction_of(entries: Iterable[BundleEntry]) -> Json:
    """Each once, with its narrative."""
    named = {entry.full_url: entry for entry in entries}
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [_with_narrative(entry).as_bundle_entry() for entry in named.values()],
    }


def build_patient_bundle(
    patient: PublishedPatient, survivor: PublishedPatient | None, *, base: str
) -> Json:
    """A patient, replaced by ``survivor`` if the record was merged into that one."""
    stays = patient_entry(survivor, base=base) if survivor else None
    return transaction_of(
        [patient_entry(patient, base=base, replaced_by=stays), *([stays] if stays else [])]
    )


def _with_narrative(entry: BundleEntry) -> BundleEntry:
    return replace(entry, resource={**entry.resource, "text": narrative(entry.resource)})


def _entries(facts: PublicationFacts) -> list[BundleEntry]:
    actors = actors_of(facts)
    images: list[BundleEntry] = []
    if facts.study is not None:
        endpoint = endpoint_entry(facts.gateway_url, base=facts.identifier_base)
        images = [endpoint, imaging_study_entry(facts.study, actors, endpoint)]
    imaging_study = images[-1] if images else None
    findings = findings_entries(facts, actors, imaging_study)
    risk = risk_entry(facts, actors, findings, imaging_study)
    report = diagnostic_report_entry(facts, actors, imaging_study=imaging_study, findings=findings)
    ai_provenance = ai_provenance_entry(
        facts, actors, imaging_study=imaging_study, findings=findings
    )
    approval = approval_provenance_entry(
        facts,
        actors,
        imaging_study=imaging_study,
        findings=findings,
        report=report,
        ai_provenance=ai_provenance,
    )
    said = [*findings.all, *([risk] if risk else [])]
    provenance = [*([ai_provenance] if ai_provenance else []), approval]
    return [*actors.all, *images, *said, report, *provenance]
