"""The patients with images, and their images."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, QuerySet

from common.errors import ErrorCode, NotFound
from common.person import Person
from pacs.models import Instance, Study


def patients_with_images(user: Person) -> QuerySet[Any, Any]:
    """A dict for each patient with a study that the user may see."""
    return (
        Study.objects.visible_to(user)
        .values("patient_id", "patient__patient_id", "patient__full_name")
        .annotate(studies=Count("id"), last_study_date=Max("study_date"))
        .order_by("patient__patient_id")
    )


def patient_images(user: Person, patient_id: int) -> QuerySet[Instance]:
    """The instances of one patient, newest study first. Raises NotFound if not visible."""
    studies = Study.objects.visible_to(user).filter(patient_id=patient_id)
    if not studies.exists():
        raise NotFound(ErrorCode.PATIENT_NOT_FOUND, f"patient {patient_id}", "id")
    return (
        Instance.objects.filter(series__study__in=studies)
        .select_related("series__study")
        .order_by("-series__study__study_date", "series__study_id", "series_id", "number", "id")
    )
