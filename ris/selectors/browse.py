"""What the screens over the index show: the study tree, a series, the patients with images."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from common.errors import BusinessError, ErrorCode, NotFound
from rbac.permissions import Permission
from ris.choices import DERIVED_MODALITIES
from ris.models import Instance, Series, Study
from ris.selectors.geometry import series_geometry
from ris.selectors.htj2k import Htj2kProgress, study_progress
from ris.selectors.studies import StudySummary, study_get, study_summaries

MAX_PRIORS = 50


@dataclass(frozen=True, slots=True)
class SegmentationSeries:
    """A SEG series of the index and its SOP Instance UIDs."""

    series: Series
    sop_instance_uids: tuple[str, ...]

    @property
    def instances(self) -> int:
        return len(self.sop_instance_uids)


@dataclass(frozen=True, slots=True)
class StudyTree:
    """One study, what is in it, and the other studies of its patient, newest first.

    ``series`` rows carry ``instance_count``.
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
    reports: tuple[dict[str, Any], ...] = ()


def study_list(user: Any) -> QuerySet[Study]:
    return Study.objects.visible_to(user).select_related("patient", "order", "reader")


def study_rows(page: Iterable[Study]) -> list[Study]:
    """The studies of one page with patient, order and reader, in the page's order.

    Read after the page is cut: sorting whole rows is what makes a long list slow.
    """
    pks = [study.pk for study in page]
    found = Study.objects.select_related("patient", "order", "reader").in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


def study_tree(user: Any, study_instance_uid: str) -> StudyTree:
    """Raises NotFound for what this person may not see."""
    study = study_get(user, study_instance_uid)
    priors = study_list(user).filter(patient=study.patient).exclude(pk=study.pk)
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


def series_visible_get(
    user: Any, series_instance_uid: str, permission: Permission = Permission.VIEW_STUDY
) -> Series:
    """Raises NotFound when ``permission`` does not reach the study of the series."""
    series = (
        Series.objects.filter(study__in=Study.objects.visible_to(user, permission))
        .select_related("study")
        .filter(series_instance_uid=series_instance_uid)
        .first()
    )
    if series is None:
        raise NotFound(
            ErrorCode.SERIES_NOT_FOUND, f"series {series_instance_uid}", "series_instance_uid"
        )
    return series


def instance_visible_get(user: Any, permission: Permission, **key: str) -> Instance:
    """By ``sop_instance_uid`` or ``orthanc_id``. Raises NotFound for what is not visible."""
    instance = (
        Instance.objects.filter(series__study__in=Study.objects.visible_to(user, permission))
        .select_related("series__study")
        .filter(**key)
        .first()
    )
    if instance is None:
        name, value = next(iter(key.items()))
        raise NotFound(ErrorCode.INSTANCE_NOT_FOUND, f"instance {value}", name)
    return instance


def instances_in_order(series: Series) -> list[Instance]:
    """By position along the normal; by Instance Number when the images are no stack."""
    instances = list(series.instances.all())
    try:
        slices = series_geometry(series).slices
    except BusinessError:
        return instances
    place = {uid: index for index, uid in enumerate(slices)}
    return sorted(instances, key=lambda i: place.get(i.sop_instance_uid, len(place)))


def series_middle(series: Series) -> Instance:
    """The image in the middle of the stack. Raises NotFound when the series has no image."""
    images = [i for i in instances_in_order(series) if i.rows]
    if not images:
        raise NotFound(
            ErrorCode.INSTANCE_NOT_FOUND,
            f"series {series.series_instance_uid} has no image",
            "series_instance_uid",
        )
    return images[len(images) // 2]


def study_middle(study: Study) -> Instance:
    """The middle of the largest series of images. Raises NotFound when there is no image."""
    series = (
        study.series.exclude(modality__in=DERIVED_MODALITIES)
        .annotate(images=Count("instances", filter=Q(instances__rows__isnull=False)))
        .filter(images__gt=0)
        .order_by("-images", "number", "id")
        .first()
    )
    if series is None:
        raise NotFound(
            ErrorCode.INSTANCE_NOT_FOUND,
            f"study {study.study_instance_uid} has no image",
            "study_instance_uid",
        )
    return series_middle(series)


def patients_with_images(user: Any) -> QuerySet[Any, Any]:
    """One row (a dict) per patient of whom this person may see a study."""
    return (
        Study.objects.visible_to(user)
        .values("patient_id", "patient__patient_id", "patient__full_name")
        .annotate(studies=Count("id"), last_study_date=Max("study_date"))
        .order_by("patient__patient_id")
    )


def patient_images(user: Any, patient_id: int) -> QuerySet[Instance]:
    """The instances of one patient, newest study first. Raises NotFound for an unseen patient."""
    studies = Study.objects.visible_to(user).filter(patient_id=patient_id)
    if not studies.exists():
        raise NotFound(ErrorCode.PATIENT_NOT_FOUND, f"patient {patient_id}", "id")
    return (
        Instance.objects.filter(series__study__in=studies)
        .select_related("series__study")
        .order_by("-series__study__study_date", "series__study_id", "series_id", "number", "id")
    )


def patient_id_of(object_type: str, object_id: str) -> int | None:
    """Whose image an access was about, for the record of a refusal; not filtered by rights."""
    found: tuple[int | None] | None = None
    if object_type == "study":
        found = Study.objects.filter(study_instance_uid=object_id).values_list("patient_id").first()
    elif object_type == "series":
        series = Series.objects.filter(series_instance_uid=object_id)
        found = series.values_list("study__patient_id").first()
    elif object_type == "instance":
        match = Q(sop_instance_uid=object_id) | Q(orthanc_id=object_id)
        found = Instance.objects.filter(match).values_list("series__study__patient_id").first()
    return found[0] if found else None


def parent_uids(sop_instance_uid: str) -> tuple[str, ...]:
    """The UIDs of the series and the study of an instance; for the audit log, not by rights."""
    rows = Instance.objects.filter(sop_instance_uid=sop_instance_uid).values_list(
        "series__series_instance_uid", "series__study__study_instance_uid"
    )
    return tuple(uid for row in rows for uid in row)
