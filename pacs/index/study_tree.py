"""A study with its series, segmentations and instances, and the patient's other studies."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from common.person import Person
from pacs.htj2k.progress import Htj2kProgress, study_progress
from pacs.index.studies import StudySummary, study_get, study_summaries
from pacs.models import Instance, Series, Study

MAX_PRIORS = 50


@dataclass(frozen=True, slots=True)
class SegmentationSeries:
    """A SEG series and its SOP Instance UIDs."""

    series: Series
    sop_instance_uids: tuple[str, ...]

    @property
    def instances(self) -> int:
        return len(self.sop_instance_uids)


@dataclass(frozen=True, slots=True)
class StudyTree:
    """A study in full. ``priors``: the patient's other studies, newest first.

    ``series`` rows have ``instance_count``.
    """

    study: Study
    modality: str
    modalities: tuple[str, ...]
    series_count: int
    instance_count: int
    series: QuerySet[Series]
    segmentations: tuple[SegmentationSeries, ...]
    htj2k: Htj2kProgress
    priors: list[StudySummary]


def study_tree(user: Person, study_instance_uid: str) -> StudyTree:
    """The study in full. Raises NotFound if it does not exist or the user may not see it."""
    study = study_get(user, study_instance_uid)
    priors = Study.objects.visible_to(user).filter(patient=study.patient).exclude(pk=study.pk)
    summary = study_summaries([study])[0]
    return StudyTree(
        study=study,
        modality=summary.modality,
        modalities=summary.modalities,
        series_count=summary.series_count,
        instance_count=summary.instance_count,
        series=study.series.annotate(instance_count=Count("instances")),
        segmentations=_segmentations(study),
        htj2k=study_progress(study),
        priors=study_summaries(priors[:MAX_PRIORS]),
    )


def _segmentations(study: Study) -> tuple[SegmentationSeries, ...]:
    uids: dict[Series, list[str]] = defaultdict(list)
    segs = Instance.objects.filter(series__study=study, series__modality="SEG")
    for instance in segs.select_related("series").order_by("series__number", "series_id", "id"):
        uids[instance.series].append(instance.sop_instance_uid)
    return tuple(SegmentationSeries(series, tuple(found)) for series, found in uids.items())
