"""What an accepted registration leaves in the archive; stored again it is the same."""

from __future__ import annotations

import base64
import gzip

import numpy as np
from django.db.models import Q
from django.utils import timezone

from ai.services.series_registration import series_resample
from audit import services as audit
from common.errors import ErrorCode, ExternalError
from pacs.index.geometry import series_geometry
from pacs.index.objects import instance_store, series_headers
from ris.choices import RegistrationStatus
from ris.models import Registration
from ris.registration.dicom_objects import RegistrationFacts, build_registration, build_resampled
from ris.registration.services import series_of


def registration_store(registration_id: int) -> None:
    """Store the resampled series, then the Spatial Registration: who sees it finds the others.

    Raises NotFound (a series is gone), BusinessError, ExternalError (to be tried again).
    """
    registration = Registration.objects.select_related("decided_by").get(pk=registration_id)
    transform = registration.transform
    accepted = registration.status == RegistrationStatus.ACCEPTED
    if registration.stored_at or not accepted or transform is None:
        return
    fixed, moving = series_of(registration)
    made = series_resample(
        fixed,
        moving,
        transform=transform,
        key=f"{registration.run_key}-store",
        number=registration.pk,
    )
    geometry = series_geometry(fixed)
    if (*made.slices,) != geometry.slices:
        raise ExternalError(ErrorCode.INFERENCE_FAILED, "the slices are not those of the series")
    values = np.frombuffer(gzip.decompress(base64.b64decode(made.values)), "<i2")
    person = registration.decided_by
    facts = RegistrationFacts(
        number=registration.pk,
        fixed=series_headers(fixed),
        moving=series_headers(moving),
        transform=transform,
        error_mm=registration.error_mm or 0.0,
        accepted_by=(person.full_name or person.username) if person else "",
        at=timezone.localtime(registration.decided_at),
    )
    images = values.reshape(geometry.shape)
    for image in build_resampled(
        facts, geometry, images, slope=made.slope, intercept=made.intercept
    ):
        instance_store(image)
    instance_store(build_registration(facts))
    still = Q(pk=registration.pk, stored_at=None)
    if Registration.objects.filter(still).update(stored_at=timezone.now()):
        audit.record(
            actor=None,
            action="registration.store",
            object_type="registration",
            object_id=registration.pk,
            patient_id=registration.patient_id,
        )
