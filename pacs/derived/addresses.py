"""The addresses of studies and instances in the DICOMweb gateway; the archive is not reachable."""

from __future__ import annotations

from django.conf import settings


def study_url(study_instance_uid: str) -> str:
    return f"{settings.PUBLIC_BASE_URL}/api/ris/dicom-web/studies/{study_instance_uid}"


def instance_url(study_instance_uid: str, series_instance_uid: str, sop_instance_uid: str) -> str:
    study = study_url(study_instance_uid)
    return f"{study}/series/{series_instance_uid}/instances/{sop_instance_uid}"
