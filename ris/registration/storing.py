"""What an accepted registration leaves in the archive; stored again it is the same."""

from __future__ import annotations

import base64
import gzip
from contextlib import suppress

import numpy as np
from django.db import transaction
from django.utils import timezone

from ai.services.series_registration import series_resample
from audit import services as audit
from common.errors import ConflictError, ErrorCode, ExternalError, NotFound
from pacs.index.geometry import series_geometry
from pacs.index.objects import instance_store, series_headers, series_remove
from pacs.index.studies import studies_lock
from ris.choices import RegistrationStatus
from ris.models import Registration
from ris.registration.dicom_objects import (
    RegistrationFacts,
    build_registration,
    build_resampled,
    registration_series_uid,
    resampled_series_uid,
)
from ris.registration.services import series_of


def registration_store(registration_id: int) -> None:
    """Store the resampled series, then the Spatial Registration: who sees it finds the others.

    What was stored before is deleted first; that is all if a series is gone, or another patient's
    by now. Raises BusinessError, ExternalError (to be tried again).
    """
    registration = Registration.objects.select_related("decided_by").get(pk=registration_id)
    transform = registration.transform
    accepted = registration.status == RegistrationStatus.ACCEPTED
    if registration.stored_at or not accepted or transform is None:
        return
    series_remove(resampled_series_uid(registration_id))
    series_remove(registration_series_uid(registration_id))
    try:
        fixed, moving = series_of(registration)
    except NotFound:
        return
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
    with suppress(ConflictError), transaction.atomic():  # moved meanwhile: the next event deletes
        studies_lock({fixed.study_id, moving.study_id}, registration.patient_id)
        _stored(registration)


def _stored(registration: Registration) -> None:
    still = Registration.objects.filter(pk=registration.pk, stored_at=None)
    if still.update(stored_at=timezone.now()):
        audit.record(
            actor=None,
            action="registration.store",
            object_type="registration",
            object_id=registration.pk,
            patient_id=registration.patient_id,
        )
