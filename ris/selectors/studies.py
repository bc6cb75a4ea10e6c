from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from common.errors import ErrorCode, NotFound
from rbac.permissions import Permission
from ris.models import Instance, Series, Study


def studies_visible_to(user: Any, permission: Permission = Permission.VIEW_STUDY) -> QuerySet[Study]:
    return Study.objects.visible_to(user, permission)


def study_get(
    user: Any, study_instance_uid: str, permission: Permission = Permission.VIEW_STUDY
) -> Study:
    """Raises NotFound for what this person may not see."""
    study = (
        Study.objects.visible_to(user, permission)
        .select_related("patient", "order")
        .filter(study_instance_uid=study_instance_uid)
        .first()
    )
    if study is None:
        raise NotFound(
            ErrorCode.STUDY_NOT_FOUND, f"study {study_instance_uid}", "study_instance_uid"
        )
    return study


def series_get(study: Study, series_instance_uid: str) -> Series:
    """Raises NotFound when the series is not of this study."""
    series = study.series.filter(series_instance_uid=series_instance_uid).first()
    if series is None:
        raise NotFound(
            ErrorCode.SERIES_NOT_FOUND, f"series {series_instance_uid}", "series_instance_uid"
        )
    return series


def instance_by_uid(sop_instance_uid: str) -> Instance | None:
    """Not filtered by rights: for handlers of the change feed."""
    return (
        Instance.objects.select_related("series__study")
        .filter(sop_instance_uid=sop_instance_uid)
        .first()
    )
