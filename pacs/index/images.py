"""Series and instances that a user may see, their order, and their middle image."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q

from common.errors import BusinessError, ErrorCode, NotFound
from common.person import Person
from pacs.choices import DERIVED_MODALITIES
from pacs.index.geometry import series_geometry
from pacs.models import Instance, Series, Study
from rbac.permissions import Permission


def series_visible_get(
    user: Person, series_instance_uid: str, permission: Permission = Permission.VIEW_STUDY
) -> Series:
    """The series. Raises NotFound if the user has no ``permission`` for its study."""
    series = (
        Series.objects.visible_to(user, permission)
        .select_related("study")
        .filter(series_instance_uid=series_instance_uid)
        .first()
    )
    if series is None:
        raise NotFound(
            ErrorCode.SERIES_NOT_FOUND, f"series {series_instance_uid}", "series_instance_uid"
        )
    return series


def series_of_patient(patient: int, uids: Iterable[str]) -> dict[str, Series]:
    """By UID those of the series that are of this patient now. Not filtered by rights."""
    rows = Series.objects.filter(series_instance_uid__in=list(uids), study__patient=patient)
    return {row.series_instance_uid: row for row in rows}


def series_by_uid(uids: Iterable[str]) -> dict[str, Series]:
    """With their studies; without those that are gone. Not filtered by rights."""
    rows = Series.objects.filter(series_instance_uid__in=list(uids)).select_related("study")
    return {row.series_instance_uid: row for row in rows}


def series_owners(uids: Iterable[str]) -> dict[str, int | None]:
    """By UID whose the series are now; without those that are gone. Not filtered by rights."""
    return {uid: row.study.patient_id for uid, row in series_by_uid(uids).items()}


def series_owners_where(condition: Q) -> dict[str, int | None]:
    """Of the series for which it holds, by UID whose they are now. Not filtered by rights."""
    rows = Series.objects.filter(condition).select_related("study")
    return {row.series_instance_uid: row.study.patient_id for row in rows}


def instance_visible_get(user: Person, permission: Permission, **key: str) -> Instance:
    """The instance by ``sop_instance_uid`` or ``orthanc_id``. Raises NotFound if not visible."""
    instance = (
        Instance.objects.visible_to(user, permission)
        .select_related("series__study")
        .filter(**key)
        .first()
    )
    if instance is None:
        name, value = next(iter(key.items()))
        raise NotFound(ErrorCode.INSTANCE_NOT_FOUND, f"instance {value}", name)
    return instance


def instances_in_order(series: Series) -> list[Instance]:
    """By position along the normal; by Instance Number if the images are not a volume."""
    instances = list(series.instances.all())
    try:
        slices = series_geometry(series).slices
    except BusinessError:
        return instances
    place = {uid: index for index, uid in enumerate(slices)}
    return sorted(instances, key=lambda i: place.get(i.sop_instance_uid, len(place)))


def series_middle(series: Series) -> Instance:
    """The middle image of a series. Raises NotFound if the series has no image."""
    images = [i for i in instances_in_order(series) if i.rows]
    if not images:
        raise NotFound(
            ErrorCode.INSTANCE_NOT_FOUND,
            f"series {series.series_instance_uid} has no image",
            "series_instance_uid",
        )
    return images[len(images) // 2]


def study_middle(study: Study) -> Instance:
    """The middle image of the largest series. Raises NotFound if the study has no image."""
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


def images_by_uid(study: Study, sop_instance_uids: Iterable[str]) -> dict[str, Instance]:
    """Those of the images that are of the study, with their series."""
    rows = Instance.objects.filter(series__study=study, rows__isnull=False).select_related("series")
    return {
        row.sop_instance_uid: row for row in rows.filter(sop_instance_uid__in=[*sop_instance_uids])
    }


def image_frames(study: Study, sop_instance_uids: Iterable[str]) -> dict[str, int]:
    """By UID how many frames those of the images have that are of the study."""
    return {uid: row.frames for uid, row in images_by_uid(study, sop_instance_uids).items()}
