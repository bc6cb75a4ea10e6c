"""A study is stable when no image has arrived for some seconds; then processing starts."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from alert.choices import Kind
from common.outbox.services import publish
from pacs.events import STUDY_STABLE
from pacs.index.radiology_alerts import radiology_alert
from pacs.models import Study

STABLE_AGE_S = 3
BATCH = 200


def studies_settle() -> int:
    """Mark studies without a new instance for STABLE_AGE_S seconds as stable; returns how many.

    An unmatched study alerts radiology and administrators, once.
    """
    quiet_since = timezone.now() - timedelta(seconds=STABLE_AGE_S)
    quiet = Study.objects.filter(stable_at=None, last_instance_at__lt=quiet_since)
    settled = 0
    for pk in list(quiet.values_list("pk", flat=True)[:BATCH]):
        settled += _settle(pk, quiet_since)
    return settled


@transaction.atomic
def _settle(pk: int, quiet_since: datetime) -> bool:
    study = (
        Study.objects.select_for_update(skip_locked=True)
        .filter(pk=pk, stable_at=None, last_instance_at__lt=quiet_since)
        .first()
    )
    if study is None:
        return False
    study.stable_at = timezone.now()
    study.save(update_fields=["stable_at", "updated_at"])
    publish(STUDY_STABLE, aggregate=f"study:{pk}", payload={"study_id": pk})
    if study.patient_id is None:
        radiology_alert(
            Kind.STUDY_UNMATCHED,
            dedup_key=f"study-unmatched:{pk}",
            params={"study_id": pk},
            study_instance_uid=study.study_instance_uid,
        )
    return True
