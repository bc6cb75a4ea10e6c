from __future__ import annotations

import numpy as np
from django.utils import timezone

from pacs.models import Study
from ris.models import Registration


def registration_row(fixed, moving, patient, user):
    """An accepted one of two images that are in the index, each a series of its own."""
    studies = {row.study_instance_uid: row for row in Study.objects.all()}
    return Registration.objects.create(
        patient=patient,
        fixed_study=studies[fixed.StudyInstanceUID],
        moving_study=studies[moving.StudyInstanceUID],
        fixed_series=fixed.SeriesInstanceUID,
        moving_series=moving.SeriesInstanceUID,
        fixed_frame="1.2.3",
        moving_frame="1.2.4",
        status="accepted",
        transform=np.eye(4).tolist(),
        requested_by=user,
        decided_by=user,
        decided_at=timezone.now(),
        stored_at=timezone.now(),
    )
