"""What the index knows of the series of some studies, to compare them with each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from django.db.models import Min, Q

from pacs.choices import DERIVED_MODALITIES
from pacs.dicom.acquisition import Acquisition
from pacs.index.studies import FRAMES
from pacs.models import Instance, Series

PLANES = ("sagittal", "coronal", "axial")


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    series_id: int
    series_instance_uid: str
    modality: str
    description: str
    body_part: str
    frame_of_reference_uid: str
    acquired: Acquisition


@dataclass(frozen=True, slots=True)
class SeriesStack:
    """``plane``: the axis nearest to the normal of the images; empty where none says so."""

    frames: int
    plane: str


def series_facts(studies: Collection[int]) -> dict[int, list[SeriesFacts]]:
    """By study its series of images, in the order of their numbers. One query."""
    found: dict[int, list[SeriesFacts]] = defaultdict(list)
    rows = Series.objects.filter(study__in=studies).exclude(modality__in=DERIVED_MODALITIES)
    for row in rows:
        found[row.study_id].append(
            SeriesFacts(
                series_id=row.pk,
                series_instance_uid=row.series_instance_uid,
                modality=row.modality,
                description=row.description,
                body_part=row.body_part,
                frame_of_reference_uid=row.frame_of_reference_uid,
                acquired=row.acquired,
            )
        )
    return found


def series_stacks(studies: Collection[int]) -> dict[int, SeriesStack]:
    """By series how many frames it has and in which plane they lie. Two queries."""
    placed = Min("instances", filter=Q(instances__image_orientation__isnull=False))
    rows = Series.objects.filter(study__in=studies).order_by()
    counts = list(rows.annotate(frames=FRAMES, first=placed).values_list("pk", "frames", "first"))
    firsts = Instance.objects.filter(pk__in=[first for _, _, first in counts if first])
    orientations = dict(firsts.order_by().values_list("pk", "image_orientation"))
    return {
        pk: SeriesStack(frames, _plane(orientations.get(first))) for pk, frames, first in counts
    }


def _plane(orientation: list[float] | None) -> str:
    if orientation is None:
        return ""
    normal = np.cross(orientation[:3], orientation[3:])
    return PLANES[int(np.abs(normal).argmax())]
