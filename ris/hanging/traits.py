"""What a series shows, as far as its header tells: which sequence, of which part of the body."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ai.services.mr_kinds import MrKind, has_contrast_agent, kind_of
from pacs.index.series_facts import SeriesFacts, SeriesStack


class SeriesKind(StrEnum):
    """T1C: T1 after a contrast agent. CT_BONE: reconstructed with a kernel for bone."""

    T1 = "T1"
    T1C = "T1C"
    T2 = "T2"
    FLAIR = "FLAIR"
    DWI = "DWI"
    ADC = "ADC"
    T2_STAR = "T2_STAR"
    PD = "PD"
    EPI = "EPI"
    ANGIOGRAPHY = "ANGIOGRAPHY"
    CT = "CT"
    CT_BONE = "CT_BONE"
    LOCALIZER = "LOCALIZER"
    MAP = "MAP"
    UNKNOWN = "UNKNOWN"


class Region(StrEnum):
    HEAD = "head"
    NECK = "neck"
    SPINE = "spine"
    CHEST = "chest"
    ABDOMEN = "abdomen"
    PELVIS = "pelvis"
    LIMB = "limb"
    UNKNOWN = ""


NOT_HUNG = frozenset({SeriesKind.LOCALIZER, SeriesKind.MAP})
"""No image to read by, so never in a pane by rule."""

_REGIONS = tuple(
    (region, re.compile(rf"(?<![a-z])(?:{words})", re.IGNORECASE))
    for region, words in (
        (Region.SPINE, r"[ctl]-?spine|spine|cervical|thoracic|lumb|척추|경추|흉추|요추"),
        (Region.HEAD, r"brain|head|skull|crani|neuro|orbit|sella|iac\b|뇌|두부|머리|두개"),
        (Region.NECK, r"neck|carotid|thyroid|경부|목"),
        (Region.CHEST, r"chest|thorax|lung|heart|흉부|폐|심장"),
        (Region.ABDOMEN, r"abd|liver|kidney|pancrea|복부|간"),
        (Region.PELVIS, r"pelvi|prostat|uter|골반"),
        (Region.LIMB, r"knee|shoulder|hip\b|ankle|wrist|elbow|extrem|foot|hand|무릎|어깨"),
    )
)
_MR_KINDS = {
    MrKind.T1: SeriesKind.T1,
    MrKind.T2: SeriesKind.T2,
    MrKind.FLAIR: SeriesKind.FLAIR,
    MrKind.PD: SeriesKind.PD,
    MrKind.T2_STAR: SeriesKind.T2_STAR,
    MrKind.DWI: SeriesKind.DWI,
    MrKind.EPI: SeriesKind.EPI,
    MrKind.ANGIOGRAPHY: SeriesKind.ANGIOGRAPHY,
    MrKind.LOCALIZER: SeriesKind.LOCALIZER,
    MrKind.MAP: SeriesKind.MAP,
}
_ADC = re.compile(r"(?<![a-z])adc(?![a-z])|apparent", re.IGNORECASE)
_CT_KINDS = (
    (SeriesKind.LOCALIZER, r"scout|topogram|locali[sz]er|surview|dose report|smart ?prep|tracker"),
    (SeriesKind.MAP, r"mip|cbf|cbv|mtt|ttp|tmax|vrt"),
    (SeriesKind.ANGIOGRAPHY, r"cta|angio"),
    (SeriesKind.CT_BONE, r"bone|h[67]\dh?|뼈|골창"),
)


@dataclass(frozen=True, slots=True)
class Traits:
    """``plane``, ``region``: empty where nobody says so. Times in ms."""

    series_instance_uid: str
    modality: str
    kind: SeriesKind
    region: Region
    contrast: bool
    description: str
    frame_of_reference_uid: str
    echo_time: float | None = None
    repetition_time: float | None = None
    frames: int = 0
    plane: str = ""


def traits_of(
    facts: SeriesFacts, study_description: str, stack: SeriesStack | None = None
) -> Traits:
    contrast = has_contrast_agent(facts.acquired, facts.description)
    return Traits(
        series_instance_uid=facts.series_instance_uid,
        modality=facts.modality,
        kind=_kind(facts, contrast),
        region=region_of(facts.body_part, facts.description, study_description),
        contrast=contrast,
        description=facts.description,
        frame_of_reference_uid=facts.frame_of_reference_uid,
        echo_time=facts.acquired.echo_time,
        repetition_time=facts.acquired.repetition_time,
        frames=stack.frames if stack else 0,
        plane=stack.plane if stack else "",
    )


def region_of(*said: str) -> Region:
    """By Body Part Examined (0018,0015), else by the descriptions, the first that says one."""
    for text in said:
        for region, words in _REGIONS:
            if words.search(text):
                return region
    return Region.UNKNOWN


def _kind(facts: SeriesFacts, contrast: bool) -> SeriesKind:
    if facts.modality == "CT":
        return _ct_kind(facts)
    if facts.modality != "MR":
        return SeriesKind.UNKNOWN
    kind = _MR_KINDS.get(kind_of(facts.acquired, facts.description), SeriesKind.UNKNOWN)
    if kind is SeriesKind.T1 and contrast:
        return SeriesKind.T1C
    is_adc = "ADC" in facts.acquired.image_type or _ADC.search(facts.description)
    return SeriesKind.ADC if kind is SeriesKind.DWI and is_adc else kind


def _ct_kind(facts: SeriesFacts) -> SeriesKind:
    if "LOCALIZER" in facts.acquired.image_type:
        return SeriesKind.LOCALIZER
    if "RESAMPLED" in facts.acquired.image_type:
        return SeriesKind.MAP
    name = (facts.description or facts.acquired.protocol_name).lower()
    for kind, words in _CT_KINDS:
        if re.search(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])", name):
            return kind
    return SeriesKind.CT
