"""How a series was acquired, as its first instance says."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pacs.dicom import values
from pacs.dicom.frame_planes import frame_groups
from pacs.dicom.values import Tags

_ECHO_PULSES = {"SPIN": ("SE",), "GRADIENT": ("GR",), "BOTH": ("SE", "GR")}
"""Echo Pulse Sequence (0018,9008) as Scanning Sequence (0018,0020)."""


@dataclass(frozen=True, slots=True)
class Acquisition:
    """What tells one kind of MR series from another; what is unknown is empty. Times in ms."""

    image_type: tuple[str, ...] = ()
    scanning_sequence: tuple[str, ...] = ()
    sequence_name: str = ""
    protocol_name: str = ""
    echo_time: float | None = None
    repetition_time: float | None = None
    diffusion_b_value: float | None = None
    angio_flag: str = ""
    contrast_bolus_agent: str = ""

    def to_json(self) -> dict[str, Any]:
        """As the row of a series holds it."""
        return {name: value for name, value in asdict(self).items() if value not in ("", (), None)}


def acquisition_read(tags: Tags) -> Acquisition:
    """From the tags of an instance; of an Enhanced one from its first frame as well."""
    groups = next(frame_groups(tags), None)
    if groups is not None and values.text(tags, "EchoTime") == "":
        return _enhanced(tags, groups)
    return Acquisition(
        image_type=_words(tags, "ImageType"),
        scanning_sequence=_words(tags, "ScanningSequence"),
        sequence_name=values.text(tags, "SequenceName"),
        protocol_name=values.text(tags, "ProtocolName"),
        echo_time=values.number(tags, "EchoTime"),
        repetition_time=values.number(tags, "RepetitionTime"),
        diffusion_b_value=values.number(tags, "DiffusionBValue"),
        angio_flag=values.text(tags, "AngioFlag"),
        contrast_bolus_agent=values.text(tags, "ContrastBolusAgent"),
    )


def _enhanced(tags: Tags, groups: Tags) -> Acquisition:
    """PS3.3 C.8.13: the macros of Enhanced MR, in the words of the classic image."""
    echo, timing, modifier, diffusion = (
        values.item(groups, f"MR{name}Sequence")
        for name in ("Echo", "TimingAndRelatedParameters", "Modifier", "Diffusion")
    )
    agent = values.item(tags, "ContrastBolusAgentSequence")
    return Acquisition(
        image_type=_words(tags, "ImageType"),
        scanning_sequence=(
            *_ECHO_PULSES.get(values.text(tags, "EchoPulseSequence").upper(), ()),
            *(("IR",) if values.text(modifier, "InversionRecovery").upper() == "YES" else ()),
            *(("EP",) if values.text(tags, "EchoPlanarPulseSequence").upper() == "YES" else ()),
        ),
        sequence_name=values.text(tags, "PulseSequenceName"),
        protocol_name=values.text(tags, "ProtocolName"),
        echo_time=values.number(echo, "EffectiveEchoTime"),
        repetition_time=values.number(timing, "RepetitionTime"),
        diffusion_b_value=values.number(diffusion, "DiffusionBValue") or None,
        contrast_bolus_agent=values.text(agent, "CodeMeaning"),
    )


def _words(tags: Tags, keyword: str) -> tuple[str, ...]:
    """The values of a CS element."""
    parts = values.text(tags, keyword).upper().split("\\")
    return tuple(word for part in parts if (word := part.strip()))
