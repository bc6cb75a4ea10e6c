"""What an MR series shows, by its header: what speaks against a kind counts before its name.

The name is the Series Description, or the Protocol Name where there is none. A header that does not
tell leaves the kind UNKNOWN; nothing is guessed.
"""

from __future__ import annotations

import re
from enum import StrEnum

from pacs.dicom.acquisition import Acquisition

LONGEST_T1_ECHO_MS = 40.0
LONGEST_T1_GRADIENT_ECHO_MS = 12.0
LONGEST_T1_REPETITION_MS = 1200.0
SHORTEST_FLAIR_ECHO_MS = 60.0


class MrKind(StrEnum):
    T1 = "T1"
    T2 = "T2"
    FLAIR = "FLAIR"
    PD = "PD"
    T2_STAR = "T2*"
    DWI = "DWI"
    EPI = "EPI"
    ANGIOGRAPHY = "angiography"
    LOCALIZER = "localizer"
    MAP = "map or projection"
    UNKNOWN = ""


_TYPES: dict[MrKind, frozenset[str]] = {
    MrKind.LOCALIZER: frozenset({"LOCALIZER"}),
    MrKind.DWI: frozenset(["DIFFUSION", "ADC", "TRACEW", "TRACE", "FA", "TENSOR", "TENSOR_B0"]),
    MrKind.MAP: frozenset(
        [
            "MIP",
            "MINIP",
            "MNIP",
            "SUBTRACT",
            "SUBTRACTION",
            "P",
            "PHASE",
            "B0",
            "CBF",
            "CBV",
            "MTT",
            "TTP",
            "TMAX",
            "VELOCITY",
            "RESAMPLED",
        ]
    )
    | {"PROJECTION IMAGE", "PHASE MAP", "B0 MAP", "T1 MAP", "T2 MAP", "T2_STAR MAP", "R2 MAP"},
    MrKind.EPI: frozenset(["FMRI", "BOLD", "PERFUSION", "ASL", "MOSAIC", "EPI"]),
}
"""By a value of Image Type (0008,0008)."""

_NAMES: tuple[tuple[MrKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])"))
    for kind, pattern in (
        (MrKind.LOCALIZER, r"loc|localis?z?er|scout|survey|3-?plane?|plan scan"),
        (MrKind.DWI, r"dwi\w*|dti\w*|adc\w*|diff|diffusion|ep2d diff|tensor|tracew?|hardi|b ?1000"),
        (
            MrKind.MAP,
            r"min?ip|mips?|subtraction|sub|phase|pha|(?:t1|t2|b0|b1|field) ?maps?|fieldmaps?",
        ),
        (MrKind.EPI, r"epi|bold|f ?mri|resting state|rs ?fmri|perf\w*|asl|p?c?asl|dsc|ep2d|mosaic"),
        (MrKind.ANGIOGRAPHY, r"tof\w*|mra|mrv|angio\w*|pca|cemra"),
        (MrKind.T2_STAR, r"swi\w*|swan|swip|t2 ?star|t2\*w?|t2s|hemo|haemo|venobold"),
        (MrKind.FLAIR, r"(?:t2 ?)?(?:dark ?fluid|flair)\w*"),
        (MrKind.T2, r"t2\w*|stir|ciss|fiesta|haste|truefisp|drive"),
        (MrKind.PD, r"pd\w*|proton density|dp"),
    )
)
"""By a word of the name, before any word for T1."""
_T1_NAME = re.compile(
    r"(?<![a-z0-9])(?:t1\w*|mp2?rage\w*|mprage\w*|f?spgr|bravo|vibe|lava|thrive|tfl3?d?)(?![a-z0-9])"
)
_CONTRAST_NAME = re.compile(
    r"(?<![a-z0-9])(?:gd|gad\w*|post|postcontrast|contrast|ce|t1c|t1ce|km)(?![a-z0-9])|\+ ?c\b|c\+"
)
_NATIVE_NAME = re.compile(r"(?<![a-z0-9])(?:pre|without|wo|no|non|native|precontrast)(?![a-z0-9])")
_NO_AGENT = frozenset({"", "NO", "NONE", "N", "0"})


def kind_of(acquired: Acquisition, description: str) -> MrKind:
    """What an MR series shows, as far as its header tells."""
    name = _name(acquired, description)
    if acquired.diffusion_b_value is not None or "ep_b" in acquired.sequence_name.lower():
        return MrKind.DWI
    for kind, words in _TYPES.items():
        if words.intersection(acquired.image_type):
            return kind
    if "EP" in acquired.scanning_sequence:
        return _named(name, MrKind.DWI) or MrKind.EPI
    if acquired.angio_flag.upper() == "Y" or "tof" in acquired.sequence_name.lower():
        return MrKind.ANGIOGRAPHY
    return _weighting(acquired, name)


def has_contrast_agent(acquired: Acquisition, description: str) -> bool:
    """Whether the header names a contrast agent."""
    if acquired.contrast_bolus_agent.strip().upper() not in _NO_AGENT:
        return True
    name = _name(acquired, description)
    return bool(_CONTRAST_NAME.search(name)) and not _NATIVE_NAME.search(name)


def _name(acquired: Acquisition, description: str) -> str:
    return (description or acquired.protocol_name).lower().replace("_", " ")


def _named(name: str, *kinds: MrKind) -> MrKind | None:
    found = (kind for kind, pattern in _NAMES if kind in kinds and pattern.search(name))
    return next(found, None)


def _weighting(acquired: Acquisition, name: str) -> MrKind:
    """A long echo is no T1, whatever its name; a name that says T1 and T2 says nothing."""
    echo = acquired.echo_time
    is_long = echo is not None and echo > LONGEST_T1_ECHO_MS
    named = _named(name, *(kind for kind, _ in _NAMES))
    says_t1 = bool(_T1_NAME.search(name))
    if named in (MrKind.FLAIR, MrKind.T2) and says_t1 and not is_long:
        return MrKind.T1 if named is MrKind.FLAIR else MrKind.UNKNOWN
    if named is not None:
        return named
    if is_long:
        is_flair = "IR" in acquired.scanning_sequence and (echo or 0) > SHORTEST_FLAIR_ECHO_MS
        return MrKind.FLAIR if is_flair else MrKind.T2
    return MrKind.T1 if says_t1 else _by_times(acquired)


def _by_times(acquired: Acquisition) -> MrKind:
    """Of a series with a short echo and a name that says nothing."""
    sequence, echo, repetition = (
        acquired.scanning_sequence,
        acquired.echo_time,
        acquired.repetition_time,
    )
    if echo is None or not sequence:
        return MrKind.UNKNOWN
    if "IR" in sequence:
        return MrKind.T1
    if "GR" in sequence:
        return MrKind.T1 if echo <= LONGEST_T1_GRADIENT_ECHO_MS else MrKind.T2_STAR
    if "SE" in sequence and repetition is not None:
        return MrKind.T1 if repetition <= LONGEST_T1_REPETITION_MS else MrKind.PD
    return MrKind.UNKNOWN
