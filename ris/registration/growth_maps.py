"""Two approved masks of one patient compared, in the frame of the later study."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ai.services.approved_masks import ApprovedMask, approved_mask
from common.errors import BusinessError, ErrorCode, InvalidInput
from common.person import Person
from pacs.index.study_tree import is_earlier
from ris.models import Registration
from ris.registration.growth import Floats, GrowthVolumes, MaskComparison
from ris.registration.selectors import registrations_between


@dataclass(frozen=True, slots=True)
class SharedFinding:
    """What both masks mark: its type, a code value, or empty of all together; its labels."""

    type: str
    label: str
    label_ko: str
    before: frozenset[int]
    after: frozenset[int]


@dataclass(frozen=True, slots=True)
class GrowthOfFinding:
    finding: SharedFinding
    volumes: GrowthVolumes


@dataclass(frozen=True, slots=True)
class GrowthMaps:
    """``registration``: through which they are compared; None of one frame of reference."""

    baseline: ApprovedMask
    follow_up: ApprovedMask
    registration: Registration | None
    comparison: MaskComparison
    findings: tuple[SharedFinding, ...]

    @property
    def patient_id(self) -> int:
        return self.follow_up.patient_id

    @property
    def volumes(self) -> list[GrowthOfFinding]:
        """Of all together first, if there are several."""
        return [
            GrowthOfFinding(one, self.comparison.volumes(one.before, one.after))
            for one in self.findings
        ]

    def labelmap(self, wanted: str) -> npt.NDArray[np.uint8]:
        """Labels of ``Growth`` on the follow-up's grid. Raises InvalidInput (no such finding)."""
        one = next((each for each in self.findings if each.type == wanted), None)
        if one is None and wanted:
            raise InvalidInput(ErrorCode.VALIDATION, "the masks have no such finding", "type")
        found = one or self.findings[0]
        return self.comparison.growth_map(found.before, found.after)


def growth_maps(user: Person, *, baseline: int, follow_up: int) -> GrowthMaps:
    """Compare two segmentations, by their ids.

    Raises NotFound, InvalidInput (one twice, the later one first), BusinessError (not approved,
    of two patients, nothing in common, nobody knows how they lie to each other).
    """
    if baseline == follow_up:
        raise InvalidInput(ErrorCode.VALIDATION, "both are the same", "baseline")
    before = approved_mask(user, baseline, "baseline")
    after = approved_mask(user, follow_up, "follow_up")
    if before.patient_id != after.patient_id:
        raise BusinessError(ErrorCode.GROWTH_TWO_PATIENTS, field="baseline")
    if is_earlier(after.study, before.study):
        raise InvalidInput(ErrorCode.VALIDATION, "the baseline is the later study", "baseline")
    findings = tuple(_findings(before, after))
    if not findings:
        raise BusinessError(ErrorCode.GROWTH_OTHER_FINDINGS, field="baseline")
    registration, to_earlier = _way(user, before, after)
    comparison = MaskComparison.made(before, after, to_earlier)
    return GrowthMaps(before, after, registration, comparison, findings)


def _findings(before: ApprovedMask, after: ApprovedMask) -> list[SharedFinding]:
    """By the type of their segments: numbers and names may differ from model to model."""
    known = {segment.type.value: segment for segment in reversed(after.segments)}
    shared = [
        SharedFinding(
            value, one.label, one.label_ko, _labels(before, {value}), _labels(after, {value})
        )
        for value, one in sorted(known.items(), key=lambda each: each[1].number)
        if _labels(before, {value})
    ]
    if len(shared) < 2:
        return shared
    values = {one.type for one in shared}
    return [SharedFinding("", "", "", _labels(before, values), _labels(after, values)), *shared]


def _labels(mask: ApprovedMask, values: Collection[str]) -> frozenset[int]:
    return frozenset(one.number for one in mask.segments if one.type.value in values)


def _way(
    user: Person, before: ApprovedMask, after: ApprovedMask
) -> tuple[Registration | None, Floats]:
    """From the later series to the earlier, 4x4, LPS mm: within one frame of reference, or by the
    newest accepted registration between the two. Raises BusinessError."""
    frames = before.series.frame_of_reference_uid, after.series.frame_of_reference_uid
    if all(frames) and frames[0] == frames[1]:
        return None, np.eye(4)
    known = registrations_between(user, frames) if all(frames) else []
    usable = [one for one in known if one.transform and one.patient_id == after.patient_id]
    if not usable:
        raise BusinessError(ErrorCode.GROWTH_NOT_REGISTERED, field="baseline")
    found = usable[0]
    transform = np.asarray(found.transform, np.float64)
    onto_later = found.fixed_frame == frames[1]
    return found, np.linalg.inv(transform) if onto_later else transform
