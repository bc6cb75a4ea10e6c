"""Who said what: the model first, then the doctor, one Provenance each.

Provenance has no identifier in R4, so each is written under an id derived from the version's uuid.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from uuid import uuid5

from fhir.services.resources.actors import Actors
from fhir.services.resources.elements import (
    ASSERTED_BY_AI,
    ASSERTED_BY_CLINICIAN,
    HL7,
    BundleEntry,
    Json,
    concept,
    dicom_identifier,
    moment,
    under_id,
)
from fhir.services.resources.facts import PublicationFacts
from fhir.services.resources.imaging import mask_references
from fhir.services.resources.observations import Findings

_PARTICIPANTS = f"{HL7}/provenance-participant-type"


def ai_provenance_entry(
    facts: PublicationFacts,
    actors: Actors,
    *,
    imaging_study: BundleEntry | None,
    findings: Findings,
) -> BundleEntry | None:
    """The AI's assertion: agent the Device, source the series it was given. None without a model.

    Its targets are what the model itself said: its scores, and the volumes of a mask nobody
    changed. An edited mask without any score leaves only the volumes derived from it.
    """
    if actors.device is None:
        return None
    unedited = facts.version.kind == "ai" or not findings.own
    entities = [
        *_imaged(facts, imaging_study, f"Source series {facts.source_series_instance_uid}"),
        *(_entity("source", mask) for mask in mask_references(facts)),
        *(_entity("source", {"display": text}) for text in facts.ai_result.inputs),
    ]
    if facts.ai_result.parameters:
        entities.append(_entity("source", {"reference": "#parameters", "type": "Parameters"}))
    return _provenance(
        facts,
        "ai",
        contained=_parameters(facts),
        target=findings.all if unedited else findings.own,
        at=facts.ai_result.finished_at,
        asserted_by=ASSERTED_BY_AI,
        agent=[_agent("author", "Author", actors.device)],
        entity=entities,
    )


def approval_provenance_entry(
    facts: PublicationFacts,
    actors: Actors,
    *,
    imaging_study: BundleEntry | None,
    findings: Findings,
    report: BundleEntry,
    ai_provenance: BundleEntry | None,
) -> BundleEntry:
    """The doctor's approval: agent the Practitioner, made of the AI result and the version.

    Of a mask that no model made, the source is the series, or the imported file with its author.
    """
    version = facts.version
    entities = [_made_of(facts, ai_provenance)] if ai_provenance else []
    if facts.file_origin:
        entities.append(_entity("source", {"display": file_told(facts)}))
    elif not ai_provenance:
        entities += _imaged(
            facts, imaging_study, f"Source series {facts.source_series_instance_uid}"
        )
    if facts.seg_sop_instance_uid:
        approved = f"Segmentation version {version.version}, {version.kind}"
        entities += _imaged(facts, imaging_study, f"{approved}: {facts.seg_sop_instance_uid}")
    agents = [_agent("verifier", "Verifier", actors.approver)]
    if actors.editor:
        agents.append(_agent("author", "Author", actors.editor))
    elif author := facts.file_origin.get("author"):
        named = {"type": concept(_PARTICIPANTS, "author", "Author"), "who": {"display": author}}
        agents.append(named)
    for tool in version.tools:
        helped = concept(_PARTICIPANTS, "assembler", "Assembler")
        agents.append({"type": helped, "who": {"display": tool}})
    return _provenance(
        facts,
        "approval",
        contained=[],
        target=(report, *findings.all),
        at=facts.approved_at,
        asserted_by=ASSERTED_BY_CLINICIAN,
        agent=agents,
        entity=entities,
    )


def file_told(facts: PublicationFacts) -> str:
    """What the imported file says of itself."""
    origin = facts.file_origin
    told = [f"{name} {origin[name]}" for name in ("author", "device") if name in origin]
    return ", ".join([f"Imported {origin['kind']}", *told])


def _made_of(facts: PublicationFacts, ai_provenance: BundleEntry) -> Json:
    named = {"display": f"AI result of job {facts.ai_result.job_id}"}
    role = "revision" if facts.version.kind == "edited" else "source"
    return _entity(role, {**ai_provenance.reference, **named})


def _provenance(
    facts: PublicationFacts,
    name: str,
    *,
    contained: list[Json],
    target: Iterable[BundleEntry],
    at: datetime,
    asserted_by: Json,
    agent: list[Json],
    entity: list[Json],
) -> BundleEntry:
    return under_id(
        "Provenance",
        str(uuid5(facts.version.uuid, f"provenance/{name}")),
        meta={"security": [asserted_by]},
        contained=contained,
        target=[entry.reference for entry in target],
        occurredDateTime=moment(at),
        recorded=moment(at),
        agent=agent,
        entity=entity,
    )


def _agent(code: str, display: str, who: BundleEntry) -> Json:
    return {"type": concept(_PARTICIPANTS, code, display), "who": who.reference}


def _entity(role: str, what: Json) -> Json:
    return {"role": role, "what": what}


def _imaged(facts: PublicationFacts, imaging_study: BundleEntry | None, what: str) -> list[Json]:
    """A part of the study: a Reference can name the study alone, so its display names the part."""
    if imaging_study is None or facts.study is None:
        return []
    named = {"identifier": dicom_identifier(facts.study.study_instance_uid), "display": what}
    return [_entity("source", {**imaging_study.reference, **named})]


def _parameters(facts: PublicationFacts) -> list[Json]:
    """The job's parameters as JSON, contained: they mean nothing outside this result."""
    parameters = [
        {"name": name, "valueString": json.dumps(value, sort_keys=True)}
        for name, value in sorted(facts.ai_result.parameters.items())
    ]
    if not parameters:
        return []
    return [{"resourceType": "Parameters", "id": "parameters", "parameter": parameters}]
