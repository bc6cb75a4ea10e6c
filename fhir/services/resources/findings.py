"""What was measured: one Observation per volume, AI risk score and confidence."""

from __future__ import annotations

from dataclasses import dataclass

from fhir.services.resources.actors import Actors
from fhir.services.resources.codes import body_site
from fhir.services.resources.elements import (
    DCM,
    HL7,
    SNOMED,
    BundleEntry,
    Json,
    concept,
    dicom_concept,
    identified,
    identifier,
    moment,
    quantity,
)
from fhir.services.resources.facts import PublicationFacts, PublishedVolume


@dataclass(frozen=True)
class Findings:
    """The Observations, in order; `scores` are the model's own, `volumes` of the approved mask."""

    volumes: tuple[BundleEntry, ...]
    scores: tuple[BundleEntry, ...]

    @property
    def all(self) -> tuple[BundleEntry, ...]:
        """Volumes, then scores."""
        return (*self.volumes, *self.scores)


def findings_entries(
    facts: PublicationFacts, actors: Actors, imaging_study: BundleEntry
) -> Findings:
    """Every measurement the approval makes final."""
    shared = {
        **actors.subject,
        "effectiveDateTime": facts.study.started and moment(facts.study.started),
        "issued": moment(facts.approved_at),
        "performer": [actors.approver.reference],
        "device": actors.device.reference,
        "derivedFrom": [imaging_study.reference],
    }
    return Findings(
        volumes=tuple(_volume(facts, volume, shared) for volume in facts.version.volumes),
        scores=tuple(
            _score(facts, name, title, value, shared)
            for name, title, value in (
                ("ai-risk-score", "AI risk score", facts.ai_result.risk_score),
                ("ai-confidence", "AI confidence", facts.ai_result.confidence),
            )
            if value is not None
        ),
    )


def _volume(facts: PublicationFacts, volume: PublishedVolume, shared: Json) -> BundleEntry:
    """The segment is named as in a TID 1500 report: Finding and Tracking Unique Identifier."""
    finding = dicom_concept(volume.code_value, volume.code_scheme, volume.code_meaning)
    site = finding if volume.anatomical else _imaged(facts)
    components: list[Json] = [
        {"code": concept(DCM, "121071", "Finding"), "valueCodeableConcept": finding}
    ]
    if volume.tracking_uid:
        components.append(
            {
                "code": concept(DCM, "112040", "Tracking Unique Identifier"),
                "valueString": volume.tracking_uid,
            }
        )
    return _observation(
        facts,
        key=f"volume-{volume.segment_number}",
        code=concept(SNOMED, "118565006", "Volume", text=f"{volume.label} volume"),
        value=quantity(volume.volume_ml, unit="ml", code="mL"),
        site=site,
        shared={**shared, "component": components},
    )


def _score(
    facts: PublicationFacts, name: str, title: str, value: float, shared: Json
) -> BundleEntry:
    return _observation(
        facts,
        key=name,
        code=concept(f"{facts.identifier_base}/ai-result", name, title, text=title),
        value=quantity(value, unit="", code="1"),
        site=_imaged(facts),
        shared=shared,
    )


def _imaged(facts: PublicationFacts) -> Json | None:
    """The body part that the model was shown, as far as the series tells it."""
    site = body_site(facts.source_series.body_part_examined)
    return {"coding": [site]} if site else None


def _observation(
    facts: PublicationFacts, *, key: str, code: Json, value: Json, site: Json | None, shared: Json
) -> BundleEntry:
    return identified(
        "Observation",
        identifier(f"{facts.identifier_base}/ai-observation", f"{facts.version.uuid}.{key}"),
        status="final",
        category=[concept(f"{HL7}/observation-category", "imaging", "Imaging")],
        code=code,
        valueQuantity=value,
        bodySite=site,
        **shared,
    )
