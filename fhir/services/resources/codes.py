"""The codes of what is imaged, and the code systems they come from."""

from __future__ import annotations

from fhir.services.resources.elements import LOINC, SNOMED, Json, coding, concept

BRAIN = coding(SNOMED, "12738006", "Brain structure")
_BODY_SITES = {"BRAIN": BRAIN, "HEAD": coding(SNOMED, "69536005", "Head structure")}
_PROCEDURES = {
    "MR": concept(LOINC, "24590-2", "MR Brain"),
    "CT": concept(LOINC, "24725-4", "CT Head"),
}
_ANY_PROCEDURE = concept(LOINC, "18748-4", "Diagnostic imaging study")


def procedure(modality: str) -> Json:
    """What was ordered and reported: LOINC's study code for the modality (0008,0060)."""
    return _PROCEDURES.get(modality, _ANY_PROCEDURE)


def body_site(body_part_examined: str) -> Json:
    """The body part of (0018,0015); the brain where the header is silent or unknown to us."""
    return _BODY_SITES.get(body_part_examined.upper(), BRAIN)
