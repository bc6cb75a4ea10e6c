"""What the doctor stands for: the DiagnosticReport."""

from __future__ import annotations

import hashlib
from base64 import b64encode

from fhir.services.resources.actors import Actors
from fhir.services.resources.codes import ORDER_STATES
from fhir.services.resources.elements import (
    HL7,
    BundleEntry,
    Json,
    concept,
    decimal_text,
    identified,
    identifier,
    moment,
)
from fhir.services.resources.facts import PublicationFacts
from fhir.services.resources.imaging import mask_references
from fhir.services.resources.observations import Findings, confidence_title, most_probable
from fhir.services.resources.provenance import file_told

_CATEGORY = {True: ("RAD", "Radiology"), False: ("OTH", "Other")}
"""By whether the result is about images."""


def diagnostic_report_entry(
    facts: PublicationFacts,
    actors: Actors,
    *,
    imaging_study: BundleEntry | None,
    findings: Findings,
) -> BundleEntry:
    """DiagnosticReport on the AI result alone, by the uuid of the approved version.

    While the order is not at its end, more is to be reported on the examination: preliminary.
    """
    conclusion = _conclusion(facts)
    title = "AI result" if facts.by_model else "Segmentation"
    open_order = facts.order and facts.order.status not in ORDER_STATES
    forms = [_attachment(facts, "text/plain;charset=utf-8", f"{conclusion}\n".encode(), title)]
    if facts.preview_png:
        forms.append(_attachment(facts, "image/png", facts.preview_png, "Preview"))
    return identified(
        "DiagnosticReport",
        identifier(f"{facts.identifier_base}/ai-report", str(facts.version.uuid)),
        basedOn=actors.based_on,
        status="preliminary" if open_order else "final",
        category=[concept(f"{HL7}/v2-0074", *_CATEGORY[facts.of_images])],
        code=concept(
            f"{facts.identifier_base}/ai-result",
            "ai-report" if facts.by_model else "segmentation",
            title,
            text=f"{title}: {_made_by(facts)}",
        ),
        **actors.subject,
        effectiveDateTime=moment(facts.effective or facts.approved_at),
        issued=moment(facts.approved_at),
        performer=[actors.approver.reference],
        resultsInterpreter=[actors.approver.reference],
        result=[observation.reference for observation in findings.all],
        imagingStudy=[imaging_study.reference] if imaging_study else mask_references(facts),
        conclusion=conclusion,
        presentedForm=forms,
    )


def _conclusion(facts: PublicationFacts) -> str:
    """Sentences a doctor can read without our software; no name, no number of the patient."""
    version, ai_result = facts.version, facts.ai_result
    subject = "AI result"
    if facts.seg_sop_instance_uid:
        origin = "as the model drew it" if version.kind == "ai" else _by_hand(facts)
        subject = f"segmentation version {version.version}, {origin}"
        subject += "".join(f", with {tool}" for tool in version.tools)
    lines = [
        f"{_made_by(facts)}: {subject}, reviewed and approved.",
        *(f"{volume.label}: {volume.volume_ml:.1f} ml." for volume in version.volumes),
        *(f"{each.label}: {each.value:.6g} {each.unit}." for each in ai_result.quantities),
    ]
    if ai_result.chosen and ai_result.classes:
        lines.append(f"Conclusion: {ai_result.classes[0].label}.")
    elif ai_result.classes:
        likeliest = most_probable(ai_result.classes)
        probability = decimal_text(likeliest.probability)
        lines.append(f"AI classification: {likeliest.label} ({probability}).")
    if ai_result.risk_score is not None:
        lines.append(f"AI risk score: {decimal_text(ai_result.risk_score)}.")
    if ai_result.confidence is not None:
        lines.append(f"{confidence_title(facts)}: {decimal_text(ai_result.confidence)}.")
    lines += ai_result.inputs
    lines += ai_result.statements
    if facts.comment:
        lines.append(facts.comment)
    return "\n".join(lines)


def _made_by(facts: PublicationFacts) -> str:
    model = facts.model
    return f"{model.name} {model.version}" if facts.by_model else model.name


def _by_hand(facts: PublicationFacts) -> str:
    if facts.by_model:
        return "edited by a person"
    if not facts.file_origin:
        return "drawn by a person"
    return file_told(facts) + (", edited by a person" if facts.version.author else "")


def _attachment(facts: PublicationFacts, content_type: str, data: bytes, title: str) -> Json:
    """Attachment; FHIR R4 defines its hash as SHA-1."""
    digest = hashlib.sha1(data, usedforsecurity=False).digest()
    return {
        "contentType": content_type,
        "data": b64encode(data).decode("ascii"),
        "size": len(data),
        "hash": b64encode(digest).decode("ascii"),
        "title": title,
        "creation": moment(facts.approved_at),
    }
