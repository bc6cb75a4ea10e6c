"""One Observation per volume, quantity and score, and one for a classification."""

from __future__ import annotations

from dataclasses import dataclass

from fhir.services.resources.actors import Actors
from fhir.services.resources.codes import body_site
from fhir.services.resources.elements import (
    ASSERTED_BY_AI,
    DCM,
    HL7,
    SNOMED,
    BundleEntry,
    Json,
    compact,
    concept,
    dicom_concept,
    dicom_identifier,
    identified,
    identifier,
    moment,
    quantity,
)
from fhir.services.resources.facts import (
    PublicationFacts,
    PublishedClass,
    PublishedCode,
    PublishedQuantity,
    PublishedVolume,
)
from fhir.services.resources.imaging import mask_references

_CATEGORY = {True: ("imaging", "Imaging"), False: ("survey", "Survey")}
"""By whether the result is about images."""


@dataclass(frozen=True)
class Findings:
    """The Observations, in order; `volumes` are of the approved mask, `own` the model's own:
    quantities, the classification, scores."""

    volumes: tuple[BundleEntry, ...]
    own: tuple[BundleEntry, ...]

    @property
    def all(self) -> tuple[BundleEntry, ...]:
        """Volumes, then the model's own."""
        return (*self.volumes, *self.own)


def findings_entries(
    facts: PublicationFacts, actors: Actors, imaging_study: BundleEntry | None
) -> Findings:
    """Every measurement the approval makes final."""
    shared = {
        **actors.subject,
        "effectiveDateTime": facts.effective and moment(facts.effective),
        "issued": moment(facts.approved_at),
        "performer": [actors.approver.reference],
        "device": actors.device and actors.device.reference,
        "derivedFrom": [imaging_study.reference] if imaging_study else mask_references(facts),
    }
    reasoning = [{"text": text} for text in facts.ai_result.statements]
    result, model = facts.ai_result, facts.model
    own = {**shared, "meta": {"security": [ASSERTED_BY_AI]}, "note": reasoning}
    of_mask = own if facts.version.kind == "ai" else shared
    confidence = confidence_title(facts)
    scores = (
        ("ai-risk-score", "AI risk score", model.risk_score_meaning, result.risk_score),
        ("ai-confidence", confidence, model.confidence_meaning, result.confidence),
    )
    return Findings(
        volumes=tuple(_volume(facts, volume, of_mask) for volume in facts.version.volumes),
        own=(
            *(_quantity(facts, each, own) for each in result.quantities),
            *([_classification(facts, result.classes, own)] if result.classes else []),
            *(
                _score(facts, name, title, meaning, value, own)
                for name, title, meaning, value in scores
                if value is not None
            ),
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
        value={"valueQuantity": quantity(volume.volume_ml, unit="ml", code="mL")},
        site=site,
        shared={**shared, "component": components},
    )


def confidence_title(facts: PublicationFacts) -> str:
    """What the model's confidence is called, and of which mask it is."""
    title = facts.model.confidence_label or "AI confidence, as the model defines it"
    return f"{title}, before the mask was edited" if facts.version.kind == "edited" else title


def _score(
    facts: PublicationFacts, name: str, title: str, meaning: str, value: float, shared: Json
) -> BundleEntry:
    """The note says how the model defines the number: a confidence is no accuracy."""
    system = f"{facts.identifier_base}/ai-result/{facts.model.id}"
    return _observation(
        facts,
        key=name,
        code=concept(system, name, title, text=title),
        value={"valueQuantity": quantity(value, unit="", code="1")},
        site=_imaged(facts),
        shared={**shared, "note": [*([{"text": meaning}] if meaning else []), *shared["note"]]},
    )


def _imaged(facts: PublicationFacts) -> Json | None:
    """The manifest's coded body site, else the body part that the series names."""
    known = facts.model.body_site
    if known is not None:
        return dicom_concept(known.value, known.scheme, known.meaning)
    source = facts.source_series
    site = body_site(source.body_part_examined) if source else None
    return {"coding": [site]} if site else None


def _quantity(facts: PublicationFacts, found: PublishedQuantity, shared: Json) -> BundleEntry:
    """The value keeps six significant digits: a quantity may be small."""
    value = quantity(found.value, unit=found.unit, code=found.unit)
    return _observation(
        facts,
        key=f"quantity-{found.id}",
        code=_concept_of(facts, found.id, found.label, found.code),
        value={"valueQuantity": {**value, "value": float(f"{found.value:.6g}")}},
        site=_imaged(facts),
        shared=shared,
    )


def _classification(
    facts: PublicationFacts, classes: tuple[PublishedClass, ...], shared: Json
) -> BundleEntry:
    """The most probable class, with the probability of each class as a component."""
    likeliest = most_probable(classes)
    title = "AI classification"
    chosen = _concept_of(facts, likeliest.id, likeliest.label, likeliest.code)
    components = (
        []
        if facts.ai_result.chosen
        else [
            {
                "code": _concept_of(facts, each.id, each.label, each.code),
                "valueQuantity": quantity(each.probability, unit="", code="1"),
            }
            for each in classes
        ]
    )
    return _observation(
        facts,
        key="ai-classification",
        code=concept(f"{facts.identifier_base}/ai-result", "ai-classification", title, text=title),
        value={"valueCodeableConcept": chosen},
        site=_imaged(facts),
        shared={**shared, "component": components},
    )


def risk_entry(
    facts: PublicationFacts, actors: Actors, findings: Findings, basis: BundleEntry | None
) -> BundleEntry | None:
    """RiskAssessment of a score that is a probability; None without one."""
    risk = facts.ai_result.risk_score
    if risk is None or actors.device is None:
        return None
    notes = [facts.model.risk_score_meaning, *facts.ai_result.inputs, *facts.ai_result.statements]
    known = [entry.reference for entry in (*([basis] if basis else []), *findings.own)]
    return identified(
        "RiskAssessment",
        identifier(f"{facts.identifier_base}/ai-risk", str(facts.version.uuid)),
        meta={"security": [ASSERTED_BY_AI]},
        status="final",
        method={"text": f"{facts.model.name} {facts.model.version}"},
        **actors.subject,
        occurrenceDateTime=moment(facts.ai_result.finished_at),
        performer=actors.device.reference,
        basis=known,
        prediction=[
            {
                "outcome": {"text": facts.model.risk_score_meaning or facts.model.name},
                "probabilityDecimal": round(risk, 4),
            }
        ],
        note=[{"text": note} for note in notes if note],
    )


def body_structure(observation: Json, patient: BundleEntry) -> Json:
    """BodyStructure of a volume's Observation: what its segment delineates, a part of the body or
    what was found in one; found again by the segment's Tracking Unique Identifier.
    """
    told = {part["code"]["coding"][0]["code"]: part for part in observation["component"]}
    found, site = told["121071"]["valueCodeableConcept"], observation.get("bodySite")
    tracking = told.get("112040", {}).get("valueString")
    return compact(
        {
            "resourceType": "BodyStructure",
            "identifier": [dicom_identifier(tracking)] if tracking else [],
            "morphology": found if found != site else None,
            "location": site,
            "description": observation["code"]["text"].removesuffix(" volume"),
            "patient": patient.reference,
        }
    )


def most_probable(classes: tuple[PublishedClass, ...]) -> PublishedClass:
    """The first of the most probable classes."""
    return max(classes, key=lambda each: each.probability)


def _concept_of(facts: PublicationFacts, key: str, label: str, code: PublishedCode | None) -> Json:
    """The manifest's code, or ours under the model's id where it has none; the label as text."""
    if code is None:
        system = f"{facts.identifier_base}/ai-result/{facts.model.id}"
        return concept(system, key, label, text=label)
    return {**dicom_concept(code.value, code.scheme, code.meaning), "text": label}


def _observation(
    facts: PublicationFacts, *, key: str, code: Json, value: Json, site: Json | None, shared: Json
) -> BundleEntry:
    return identified(
        "Observation",
        identifier(f"{facts.identifier_base}/ai-observation", f"{facts.version.uuid}.{key}"),
        status="final",
        category=[concept(f"{HL7}/observation-category", *_CATEGORY[facts.of_images])],
        code=code,
        **value,
        bodySite=site,
        **shared,
    )
