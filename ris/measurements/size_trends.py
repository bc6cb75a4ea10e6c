"""Sizes that a study and the patient's earlier ones have under the same name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from ai.selectors.publication import published_segs
from common.person import Person
from pacs.index.structured_reports import SIZES, Measurement, measurements_of
from pacs.index.studies import series_of_any, study_get
from pacs.index.study_tree import other_studies_of
from rbac.permissions import Permission

MOST_STUDIES = 8
"""Each is a request to the archive."""
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class MeasuredStudy:
    """``measurements``: how many it has of this name; ``value``: the largest of them."""

    study: Any
    measurements: int
    value: float
    author: str


@dataclass(frozen=True, slots=True)
class Trend:
    """``of``: the finding, or how a person calls it; ``name``: what was measured; ``unit``: UCUM.

    ``studies``: oldest first.
    """

    of: str
    name: str
    unit: str
    studies: tuple[MeasuredStudy, ...]

    @property
    def change_percent(self) -> float | None:
        """From the study before; None of the first one, and of nothing."""
        values = [one.value for one in self.studies]
        if len(values) < 2 or not values[-2]:
            return None
        return 100 * (values[-1] - values[-2]) / values[-2]


@dataclass(frozen=True, slots=True)
class StudyTrends:
    study: Any
    trends: list[Trend]


def study_trends(user: Person, study_instance_uid: str) -> StudyTrends:
    """Of what was measured in the study, with the earlier studies that have it too.

    Without a name, a measurement is of this study alone. Raises NotFound, ExternalError.
    """
    study = study_get(user, study_instance_uid, Permission.VIEW_DICOM)
    found = _sizes(study)
    known: dict[Key, list[MeasuredStudy]] = {key: [] for key in found}
    named = {key for key in found if key[0]}
    earlier = other_studies_of(user, study, Permission.VIEW_DICOM)[0] if named else []
    reported = series_of_any().filter(study__in=earlier, modality="SR")
    ids = set(reported.values_list("study_id", flat=True))
    with_report = [one for one in earlier if one.pk in ids]
    for one in reversed(with_report[:MOST_STUDIES]):
        sizes = _sizes(one)
        for key in named & sizes.keys():
            known[key].append(_largest(one, sizes[key]))
    trends = [
        Trend(*key, studies=(*known[key], _largest(study, values))) for key, values in found.items()
    ]
    return StudyTrends(study, trends)


def _sizes(study: Any) -> dict[Key, list[Measurement]]:
    """By name, in the order of the reports; without those of the product's own AI results."""
    ours = published_segs(study.pk)
    found: dict[Key, list[Measurement]] = defaultdict(list)
    for one in measurements_of(study):
        if one.unit in SIZES and one.sop_instance_uid not in ours:
            found[one.of, one.name, one.unit].append(one)
    return found


def _largest(study: Any, found: list[Measurement]) -> MeasuredStudy:
    largest = max(found, key=lambda one: one.value)
    return MeasuredStudy(study, len(found), largest.value, largest.author)
