"""Registrations of a study that is moved to another patient, or to none, and of moved series.

What was stored is taken back, and results of models on it are marked as on moved data.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import F, Q

from audit import services as audit
from common.outbox.services import publish
from pacs.index.objects import series_hide
from ris.choices import RegistrationStatus
from ris.events import REGISTRATION_ACCEPTED
from ris.models import Registration
from ris.registration.dicom_objects import registration_series_uid, resampled_series_uid


def registrations_follow(study: Any) -> None:
    """Take what was stored out of the index at once: it has images of two persons by now.

    A worker deletes its files, or stores them anew if both studies are the patient's again. In the
    transaction of the move.
    """
    named = Q(fixed_study=study.pk) | Q(moving_study=study.pk)
    for row in Registration.objects.filter(named, status=RegistrationStatus.ACCEPTED):
        series_hide(resampled_series_uid(row.pk))
        series_hide(registration_series_uid(row.pk))
        Registration.objects.filter(pk=row.pk).update(stored_at=None)
        publish(
            REGISTRATION_ACCEPTED,
            aggregate=f"registration:{row.pk}",
            payload={"registration_id": row.pk},
        )
        audit.record(
            actor=None,
            action="registration.withdraw",
            object_type="registration",
            object_id=row.pk,
            patient_id=row.patient_id,
        )


def registrations_follow_series(uids: Collection[str], study: Any) -> None:
    """Name the study to which the series went; the former one may be deleted."""
    Registration.objects.filter(fixed_series__in=uids).update(fixed_study=study.pk)
    Registration.objects.filter(moving_series__in=uids).update(moving_study=study.pk)


def withdrawn_series(uids: Collection[str]) -> set[str]:
    """Those of ``uids`` that are resampled series of registrations of two persons' images by now.

    A result of a model on one of them is no patient's.
    """
    parted = ~Q(fixed_study__patient=F("patient")) | ~Q(moving_study__patient=F("patient"))
    rows = Registration.objects.filter(parted, status=RegistrationStatus.ACCEPTED)
    return {resampled_series_uid(pk) for pk in rows.values_list("pk", flat=True)}.intersection(uids)
