"""What an order that is being written asks for: modality, part of the body, contrast agent.

Read from codes (ours, LOINC), else from listed words; what neither says is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from fhir.cds_hooks.hook_cards import EXAMINATION_SYSTEM
from fhir.services.resources.codes import BODY_SITES, PROCEDURES
from fhir.services.resources.elements import LOINC, SNOMED, Json
from ocs.choices import EXAMINATIONS, PART_OF, modality_of

MAX_DRAFTS = 100
HEAD = frozenset({"BRAIN", "HEAD", "SKULL", "HEADNECK"})
SPINE = {
    **{"SPINE": "CTLS", "CSPINE": "C", "TSPINE": "T", "LSPINE": "L", "SSPINE": "S"},
    **{"CTSPINE": "CT", "TLSPINE": "TL", "LSSPINE": "LS"},
}
"""The levels that each part of the spine has."""
CONTRAST_LOINC = {
    "24587-8": ("MR", "BRAIN"),  # WO and W contrast IV
    "24588-6": ("MR", "BRAIN"),  # WO and W contrast IV and W anesthesia
    "24589-4": ("MR", "BRAIN"),  # W contrast IV
    "24726-2": ("CT", "HEAD"),  # WO and W contrast IV
    "24727-0": ("CT", "HEAD"),  # W contrast IV
    "24628-0": ("CT", "CHEST"),  # W contrast IV
    "30598-7": ("CT", "CHEST"),  # WO and W contrast IV
    "24937-5": ("MR", "CSPINE"),  # WO and W contrast IV
    "24981-3": ("MR", "TSPINE"),  # WO and W contrast IV
    "24982-1": ("MR", "TSPINE"),  # W contrast IV
    "24967-2": ("MR", "LSPINE"),  # WO and W contrast IV
    "24979-7": ("CT", "TSPINE"),  # W contrast IV
    "24964-9": ("CT", "LSPINE"),  # W contrast IV
}
_PLAIN_LOINC = {one["coding"][0]["code"]: shown for shown, one in PROCEDURES.items()} | {
    "30657-1": ("MR", "BRAIN"),  # WO contrast
    "30799-1": ("CT", "HEAD"),  # WO contrast
    "29252-4": ("CT", "CHEST"),  # WO contrast
}
_SITES = {one["code"]: part for part, one in BODY_SITES.items()}
_MODALITY = re.compile(
    r"(?<![a-z])(f?mri?|mr[av]|cta?)(?![a-z])|자기공명|전산화\s*단층", re.IGNORECASE
)
_PARTS = tuple(
    (re.compile(words, re.IGNORECASE), part)
    for words, part in (
        (r"brain|뇌", "BRAIN"),
        (r"head|skull|두부", "HEAD"),
        (r"chest|흉부", "CHEST"),
        (r"(?<![a-z])c-?spine|cervical\s+spine|경추", "CSPINE"),
        (r"(?<![a-z])t-?spine|thoracic\s+spine|흉추", "TSPINE"),
        (r"(?<![a-z])l-?spine|lumbar|요추", "LSPINE"),
        (r"spine|척추", "SPINE"),
    )
)
_CONTRAST = re.compile(
    r"contrast|조영|enhanced|gadolinium|가돌리늄|(?<![a-z])cta(?![a-z])", re.IGNORECASE
)
_W, _WO = r"(?<![a-z])w(?:ith)?(?![a-z])", r"(?<![a-z])(?:without|w/?o)(?![a-z])"
_AND = r"[\s_]*(?:and|or|&|/|\+|,)?[\s_]*"
_BOTH = re.compile(rf"{_W}{_AND}{_WO}|{_WO}{_AND}{_W}", re.IGNORECASE)
"""With and without contrast: with it."""
_WITHOUT = re.compile(
    rf"(?:{_WO}|(?<![a-z])no(?![a-z]))[\s_-]*(?:any\s+)?(?:(?:iv|intravenous)[\s_-]+)?contrast"
    r"|non[\s_-]*(?:contrast|enhanced)|unenhanced"
    r"|비\s*-?조영|조영\s*(?:증강|제)*(?:를|은|는)?\s*(?:사용|투여)?(?:하지)?\s*(?:없|안|않|미|제외)|무\s*조영",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """``reference``: ``ServiceRequest/id`` in the draft; ``job_type``: of an examination of ours.

    ``modality``: MR, CT or another of DICOM's, ``body_part``: Body Part Examined; empty: unknown.
    """

    reference: str
    job_type: str
    modality: str
    body_part: str
    contrast: bool


def drafts_read(bundle: Json, patient: str, selections: Collection[str] | None) -> list[DraftOrder]:
    """The ServiceRequests of a Bundle, of this patient, and of ``selections`` alone if given.

    What is no order of ours or cannot be read is left out.
    """
    entries = bundle.get("entry")
    resources = [
        entry["resource"]
        for entry in (entries if isinstance(entries, list) else [])[:MAX_DRAFTS]
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict)
    ]
    found = [_draft(one) for one in resources if _is_order_of(one, patient)]
    return [one for one in found if selections is None or one.reference in selections]


def same_place(one: str, other: str) -> bool:
    """Whether two parts are the same or overlap; of an unknown one nobody knows."""
    same = one == other or {one, other} <= HEAD
    return bool(one) and (same or bool(set(SPINE.get(one, "")) & set(SPINE.get(other, ""))))


def draft_of(reference: str, job_type: str) -> DraftOrder:
    """Of an examination by its name, as in an order of ours."""
    return DraftOrder(
        reference=reference,
        job_type=job_type,
        modality=modality_of(job_type) or _modality(job_type),
        body_part=PART_OF.get(job_type, "") or _part(job_type),
        contrast=says_contrast(job_type),
    )


def says_contrast(text: str) -> bool:
    """Whether the words ask for a contrast agent."""
    return bool(_CONTRAST.search(_WITHOUT.sub(" ", _BOTH.sub(" ", text))))


def _is_order_of(resource: Json, patient: str) -> bool:
    subject = resource.get("subject")
    reference = subject.get("reference") if isinstance(subject, dict) else None
    named = str(reference).rpartition("/")[2] if isinstance(reference, str) else patient
    return resource.get("resourceType") == "ServiceRequest" and named == patient


def _draft(resource: Json) -> DraftOrder:
    reference = f"ServiceRequest/{str(resource.get('id', ''))[:64]}"
    codes, words = list(codings(resource.get("code"))), text_of(resource.get("code"))
    ours = next((code for system, code in codes if system == EXAMINATION_SYSTEM), "")
    if ours or words in EXAMINATIONS:
        return draft_of(reference, ours or words)
    sites = resource.get("bodySite")
    site = next(
        (
            _SITES[code]
            for one in (sites if isinstance(sites, list) else [])
            for system, code in codings(one)
            if system == SNOMED and code in _SITES
        ),
        "",
    )
    for system, code in codes:
        if system == LOINC and (shown := CONTRAST_LOINC.get(code) or _PLAIN_LOINC.get(code)):
            modality, part = shown
            return DraftOrder(reference, "", modality, site or part, code in CONTRAST_LOINC)
    return DraftOrder(reference, "", _modality(words), site or _part(words), says_contrast(words))


def codings(concept: Any) -> Iterator[tuple[str, str]]:
    """System and code of a CodeableConcept that somebody sent; what is broken is left out."""
    found = concept.get("coding") if isinstance(concept, dict) else None
    for one in found if isinstance(found, list) else []:
        if isinstance(one, dict) and isinstance(one.get("code"), str):
            yield str(one.get("system", "")), one["code"]


def text_of(concept: Any) -> str:
    """The words of a CodeableConcept: its text and the displays of its codes."""
    if not isinstance(concept, dict):
        return ""
    found = concept.get("coding")
    displays = [
        one.get("display") for one in (found if isinstance(found, list) else [])
        if isinstance(one, dict)
    ]  # fmt: skip
    words = [concept.get("text"), *displays]
    return " ".join(one for one in words if isinstance(one, str))[:500]


def _modality(words: str) -> str:
    found = _MODALITY.search(words.replace("_", " "))
    if found is None:
        return ""
    return "CT" if found[0].lower().startswith(("ct", "전산화")) else "MR"


def _part(words: str) -> str:
    words = words.replace("_", " ")
    return next((part for named, part in _PARTS if named.search(words)), "")
