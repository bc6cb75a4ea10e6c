"""SEG, SR and other objects about the images of a study: who made them, when, which are valid."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from pacs.choices import DERIVED_MODALITIES
from pacs.models import DerivedObject, Instance, Series, Study

MEASUREMENTS = "NeuroNova measurements"
"""Series Description of the viewer's reports: each holds all measurements of its author."""


@dataclass(slots=True, eq=False)
class Derived:
    """``author``: a PN. ``version``: place in the chain of documents that replace each other."""

    series: Series
    sop_instance_uid: str
    author: str
    content_date: date | None
    content_time: str
    version: int | None = None
    superseded: bool = False
    replaces: list[Derived] = field(default_factory=list, repr=False)


def derived_objects(study: Study) -> list[Derived]:
    """In the order of their making. One query."""
    found = Instance.objects.filter(series__study=study, series__modality__in=DERIVED_MODALITIES)
    rows = list(found.select_related("series", "derived"))
    objects = {instance.sop_instance_uid: _derived(instance) for instance in rows}
    for instance in rows:
        said: DerivedObject | None = getattr(instance, "derived", None)
        for uid in said.predecessors if said else []:
            if uid in objects and uid != instance.sop_instance_uid:
                objects[instance.sop_instance_uid].replaces.append(objects[uid])
    ordered = sorted(objects.values(), key=_made)
    _number(ordered)
    return ordered


def _derived(instance: Instance) -> Derived:
    said: DerivedObject | None = getattr(instance, "derived", None)
    series = instance.series
    dated = said is not None and said.content_date is not None
    return Derived(
        series=series,
        sop_instance_uid=instance.sop_instance_uid,
        author=said.author if said else "",
        content_date=said.content_date if said and dated else series.series_date,
        content_time=said.content_time if said and dated else series.series_time,
    )


def _made(one: Derived) -> tuple[date, str, int, str]:
    made = one.content_date or date.min
    return made, one.content_time, one.series.number or 0, one.sop_instance_uid


def _number(ordered: list[Derived]) -> None:
    """Only what is in a chain has a version; what was made before its predecessor begins anew."""
    for one in ordered:
        for replaced in one.replaces:
            replaced.superseded = True
    for one in ordered:
        before = [replaced.version for replaced in one.replaces if replaced.version]
        if before or one.superseded or _is_measurements(one):
            one.version = 1 + max(before, default=0)


def _is_measurements(one: Derived) -> bool:
    of_viewer = one.series.modality == "SR" and one.series.description == MEASUREMENTS
    return of_viewer and bool(one.author)
