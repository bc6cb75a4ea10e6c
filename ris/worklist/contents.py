"""A study in full, with what is known of the AI results among its objects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from ai.selectors.publication import PublishedSeg, published_segs
from common.person import Person
from pacs.index.derived_objects import Derived
from pacs.index.study_tree import StudyTree, study_tree
from ris.reports.selectors import reports_of_study


@dataclass(frozen=True, slots=True)
class ObjectView:
    """An object and, if it is a published AI result, its analysis."""

    sop_instance_uid: str
    author: str
    content_date: date | None
    content_time: str
    version: int | None
    superseded: bool
    approved_by: str
    job: int | None
    model: Any


@dataclass(frozen=True, slots=True)
class SeriesView:
    series: Any
    objects: tuple[ObjectView, ...]

    @property
    def sop_instance_uids(self) -> list[str]:
        return [one.sop_instance_uid for one in reversed(self.objects)]

    @property
    def instances(self) -> int:
        return len(self.objects)


@dataclass(frozen=True, slots=True)
class DerivedView:
    segmentations: list[SeriesView]
    structured_reports: list[SeriesView]
    others: list[SeriesView]


@dataclass(frozen=True, slots=True)
class StudyContents(StudyTree):
    no_images: DerivedView
    reports: list[Any]


def study_contents(user: Person, study_instance_uid: str) -> StudyContents:
    """Raises NotFound if the study does not exist or the user may not see it."""
    tree = study_tree(user, study_instance_uid)
    of_tree = {field.name: getattr(tree, field.name) for field in fields(StudyTree)}
    reports = reports_of_study(user, tree.study.pk)
    return StudyContents(**of_tree, no_images=_derived_view(tree), reports=reports)


def _derived_view(tree: StudyTree) -> DerivedView:
    published = published_segs(tree.study.pk) if tree.derived else {}
    by_modality: dict[str, list[SeriesView]] = {"SEG": [], "SR": [], "": []}
    for series, objects in _by_series(tree.derived):
        views = tuple(_view(one, published.get(one.sop_instance_uid)) for one in reversed(objects))
        kind = series.modality if series.modality in by_modality else ""
        by_modality[kind].append(SeriesView(series, views))
    return DerivedView(by_modality["SEG"], by_modality["SR"], by_modality[""])


def _by_series(objects: Iterable[Derived]) -> Iterable[tuple[Any, list[Derived]]]:
    found: dict[int, list[Derived]] = {}
    for one in objects:
        found.setdefault(one.series.pk, []).append(one)
    return [(objects[0].series, objects) for objects in found.values()]


def _view(one: Derived, seg: PublishedSeg | None) -> ObjectView:
    return ObjectView(
        sop_instance_uid=one.sop_instance_uid,
        author=seg.author if seg else one.author,
        content_date=one.content_date,
        content_time=one.content_time,
        version=seg.version if seg else one.version,
        superseded=seg.superseded if seg else one.superseded,
        approved_by=seg.approved_by if seg else "",
        job=seg.job.pk if seg else None,
        model=seg.job if seg else None,
    )
