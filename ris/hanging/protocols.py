"""Hanging protocols: which series goes into which pane, by rules (compare PS3.3 C.23)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ris.hanging.similarity import Pair
from ris.hanging.traits import NOT_HUNG, Region, SeriesKind, Traits

K = SeriesKind
MR_ORDER = (K.T1, K.T1C, K.T2, K.FLAIR, K.DWI, K.ADC)
"""Where the sequences of a brain hang, row by row."""
FOLLOW_UP_ORDER = (K.T1C, K.FLAIR, K.T2, K.DWI, K.ADC, K.T1, K.CT, K.CT_BONE, K.ANGIOGRAPHY)
"""Which pairs come first: a follow-up is read by enhancement and oedema."""
MOST_PAIRS = 2
GRIDS = {1: (1, 1), 2: (1, 2), 3: (1, 3), 4: (2, 2), 5: (2, 3), 6: (2, 3)}
"""(rows, columns) by the number of panes."""


class Protocol(StrEnum):
    BRAIN_MR = "brain_mr"
    BRAIN_MR_FOLLOW_UP = "brain_mr_follow_up"
    BRAIN_CT = "brain_ct"
    BRAIN_CT_FOLLOW_UP = "brain_ct_follow_up"
    FOLLOW_UP = "follow_up"
    SINGLE = "single"


class WindowPreset(StrEnum):
    """Of the viewer's presets for CT; empty: as the image says."""

    BRAIN = "brain"
    SUBDURAL = "subdural"
    BONE = "bone"
    STORED = ""


@dataclass(frozen=True, slots=True)
class Pane:
    series: Traits
    window: WindowPreset = WindowPreset.STORED
    is_prior: bool = False


@dataclass(frozen=True, slots=True)
class HangingLayout:
    """``panes``: row by row; the last row may be shorter than the others."""

    protocol: Protocol
    rows: int
    columns: int
    panes: tuple[Pane, ...]


def layouts_for(present: Sequence[Traits], pairs: Sequence[Pair]) -> list[HangingLayout]:
    """What the rules offer, the first of them to begin with; none of a study without images."""
    series = [one for one in present if one.frames and one.kind not in NOT_HUNG]
    shown = series or [one for one in present if one.frames]
    if not shown:
        return []
    main = max(shown, key=lambda one: one.frames)
    found = [
        *_follow_up(main, pairs),
        *(_brain_mr(series) if _is_brain(main, "MR") else []),
        *(_brain_ct(series) if _is_brain(main, "CT") else []),
    ]
    return [*found, HangingLayout(Protocol.SINGLE, 1, 1, (Pane(main, _window(main)),))]


def _is_brain(one: Traits, modality: str) -> bool:
    return one.modality == modality and one.region is Region.HEAD


def _follow_up(main: Traits, pairs: Sequence[Pair]) -> Iterable[HangingLayout]:
    """The same series of the prior beside each, in a row of their own."""
    same = [pair for pair in pairs if pair.match.same]
    chosen = sorted(same or pairs[:1], key=lambda pair: _place(pair.present))[:MOST_PAIRS]
    if not chosen:
        return
    panes = [
        pane
        for pair in chosen
        for pane in (
            Pane(pair.present, _window(pair.present)),
            Pane(pair.prior, _window(pair.prior), is_prior=True),
        )
    ]
    protocol = Protocol.FOLLOW_UP
    if _is_brain(main, "MR"):
        protocol = Protocol.BRAIN_MR_FOLLOW_UP
    elif _is_brain(main, "CT"):
        protocol = Protocol.BRAIN_CT_FOLLOW_UP
    yield HangingLayout(protocol, len(chosen), 2, tuple(panes))


def _place(one: Traits) -> tuple[int, int]:
    known = one.kind in FOLLOW_UP_ORDER
    return FOLLOW_UP_ORDER.index(one.kind) if known else len(FOLLOW_UP_ORDER), -one.frames


def _brain_mr(series: Sequence[Traits]) -> Iterable[HangingLayout]:
    largest = {
        kind: max(found, key=lambda one: (one.plane == "axial", one.frames))
        for kind in MR_ORDER
        if (found := [one for one in series if one.kind is kind])
    }
    if len(largest) > 1:
        rows, columns = GRIDS[len(largest)]
        yield HangingLayout(Protocol.BRAIN_MR, rows, columns, tuple(map(Pane, largest.values())))


def _brain_ct(series: Sequence[Traits]) -> Iterable[HangingLayout]:
    """Soft tissue in the windows of brain and subdural blood, and bone in its own kernel if any."""
    soft = [one for one in series if one.kind is K.CT]
    if not soft:
        return
    brain = max(soft, key=lambda one: (one.plane == "axial", not one.contrast, one.frames))
    bones = [one for one in series if one.kind is K.CT_BONE and one.plane == brain.plane]
    bone = max(bones, key=lambda one: one.frames, default=brain)
    panes = (
        Pane(brain, WindowPreset.BRAIN),
        Pane(brain, WindowPreset.SUBDURAL),
        Pane(bone, WindowPreset.BONE),
    )
    yield HangingLayout(Protocol.BRAIN_CT, 1, 3, panes)


def _window(one: Traits) -> WindowPreset:
    if not _is_brain(one, "CT"):
        return WindowPreset.STORED
    return WindowPreset.BONE if one.kind is K.CT_BONE else WindowPreset.BRAIN
