from __future__ import annotations

from django.db import models


class JobRole(models.TextChoices):
    RIS = "RIS"
    LIS = "LIS"
    TREATMENT = "TREATMENT"
    CONSULT = "CONSULT"


class OrderStatus(models.TextChoices):
    ORDERED = "ORDERED"
    ACCEPTED = "ACCEPTED"
    IN_PROGRESS = "IN_PROGRESS"
    RESULT_READY = "RESULT_READY"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class Priority(models.TextChoices):
    ROUTINE = "routine"
    URGENT = "urgent"
    STAT = "stat"


class BodyPart(models.TextChoices):
    """Body Part Examined (0018,0015), as DICOM PS3.16 Annex L writes it."""

    BRAIN = "BRAIN"
    HEAD = "HEAD"
    HEADNECK = "HEADNECK"
    EYE = "EYE"
    EAR = "EAR"
    NECK = "NECK"
    CAROTID = "CAROTID"
    CSPINE = "CSPINE"
    TSPINE = "TSPINE"
    LSPINE = "LSPINE"
    SPINE = "SPINE"
    CHEST = "CHEST"
    ABDOMEN = "ABDOMEN"
    PELVIS = "PELVIS"
    SHOULDER = "SHOULDER"
    ARM = "ARM"
    HAND = "HAND"
    HIP = "HIP"
    KNEE = "KNEE"
    LEG = "LEG"
    FOOT = "FOOT"
    WHOLEBODY = "WHOLEBODY"


class Laterality(models.TextChoices):
    """Image Laterality (0020,0062) without "unpaired", which is no side to order."""

    LEFT = "L"
    RIGHT = "R"
    BOTH = "B"


class SheetPart(models.TextChoices):
    """What is printed of an order."""

    REQUISITION = "requisition"
    RESULT = "result"


UNPAIRED = frozenset(
    {
        *(BodyPart.CSPINE, BodyPart.TSPINE, BodyPart.LSPINE, BodyPart.SPINE),
        *(BodyPart.ABDOMEN, BodyPart.WHOLEBODY),
    }
)
"""Parts of which a side makes no sense in an order."""
PART_OF: dict[str, str] = {
    "MR_BRAIN": BodyPart.BRAIN,
    "MR_BRAIN_CONTRAST": BodyPart.BRAIN,
    "MR_SPINE": BodyPart.SPINE,
    "CT_HEAD": BodyPart.HEAD,
    "CT_BRAIN": BodyPart.BRAIN,
    "CT_CHEST": BodyPart.CHEST,
}
"""What an examination shows by its name."""
PLACED_TREATMENTS = frozenset({"SURGERY", "RADIOTHERAPY"})
"""Besides imaging, what is done at a part of the body."""

PRIORITY_RANKS: dict[str, int] = {Priority.STAT: 0, Priority.URGENT: 1, Priority.ROUTINE: 2}
"""Their order in lists, where the alphabet would put STAT in the middle."""


EXAMINATIONS: dict[str, dict[str, str]] = {
    "MR_BRAIN": {"ko": "뇌 MRI", "en": "Brain MRI"},
    "MR_BRAIN_CONTRAST": {"ko": "뇌 MRI(조영)", "en": "Brain MRI with contrast"},
    "MR_SPINE": {"ko": "척추 MRI", "en": "Spine MRI"},
    "CT_HEAD": {"ko": "두부 CT", "en": "Head CT"},
    "CT_BRAIN": {"ko": "뇌 CT", "en": "Brain CT"},
    "CT_CHEST": {"ko": "흉부 CT", "en": "Chest CT"},
    "BLOOD": {"ko": "혈액 검사", "en": "Blood test"},
    "GENETIC": {"ko": "유전자 검사", "en": "Genetic test"},
    "PROTEIN": {"ko": "단백질 검사", "en": "Protein test"},
    "SURGERY": {"ko": "수술", "en": "Surgery"},
    "RADIOTHERAPY": {"ko": "방사선 치료", "en": "Radiotherapy"},
    "CHEMOTHERAPY": {"ko": "항암 화학 요법", "en": "Chemotherapy"},
    "PHYSIOTHERAPY": {"ko": "물리 치료", "en": "Physiotherapy"},
    "SPEECH_THERAPY": {"ko": "언어 치료", "en": "Speech therapy"},
    "NEUROSURGERY": {"ko": "신경외과", "en": "Neurosurgery"},
    "NEUROLOGY": {"ko": "신경과", "en": "Neurology"},
    "ONCOLOGY": {"ko": "종양내과", "en": "Oncology"},
}
"""Names of what may be ordered, as in the web application; other texts stay as they are."""
MODALITIES = frozenset({"MR", "CT", "US", "CR", "DX", "MG", "NM", "PT", "XA", "RF"})


def modality_of(job_type: str) -> str:
    """Modality (0008,0060) by the name of the examination (``MR_BRAIN``); empty if unknown."""
    first = job_type.upper().partition("_")[0]
    return first if first in MODALITIES else ""


TRANSITIONS: dict[str, frozenset[str]] = {
    OrderStatus.ORDERED: frozenset({OrderStatus.ACCEPTED, OrderStatus.CANCELLED}),
    OrderStatus.ACCEPTED: frozenset({OrderStatus.IN_PROGRESS, OrderStatus.CANCELLED}),
    OrderStatus.IN_PROGRESS: frozenset({OrderStatus.RESULT_READY, OrderStatus.CANCELLED}),
    OrderStatus.RESULT_READY: frozenset({OrderStatus.CONFIRMED}),
    OrderStatus.CONFIRMED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
}
