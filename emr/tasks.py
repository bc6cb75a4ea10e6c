from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from django.utils import timezone
from kombu.exceptions import OperationalError

from common.errors import ExternalError
from common.person import Person
from common.tasks import task
from emr import openemr_sync, selectors
from emr.models import Patient
from emr.services import duplicate_finding
from emr.services.patient_merging import merges_settle
from openemr.selectors import is_configured


@task(queue="django_tasks", expires=60)
def patient_refresh(patient_id: int) -> None:
    """Somebody reads the patient: what is shown next is OpenEMR's present state."""
    with suppress(ExternalError):
        openemr_sync.patient_sync(patient_id=patient_id)


def nudge_refresh_of(actor: Person, number: str) -> None:
    """The same for the patient of a list, by an id that is not checked yet."""
    if number.isascii() and number.isdigit() and is_configured():
        patient = selectors.patients_visible_to(actor).filter(pk=int(number[:18])).first()
        if patient is not None:
            nudge_refresh(patient)


def nudge_refresh(patient: Patient) -> None:
    """If it is time to ask again; nobody waits, and a broker that is down is ignored."""
    if openemr_sync.refresh_is_due(patient):
        with suppress(OperationalError):
            patient_refresh.apply_async((patient.pk,), retry=False)


@task(queue="django_tasks", expires=290)
def scan_duplicates() -> None:
    """Every five minutes: patients who came by another way than somebody's typing."""
    duplicate_finding.pairs_scan(1_000)


@task(queue="django_tasks", expires=290)
def check_name_index() -> None:
    """Every five minutes 10,000 patients."""
    duplicate_finding.index_check(10_000)


@task(queue="django_tasks", expires=3_000)
def settle_merges() -> None:
    """Every hour: what was still being written for a record when it was merged."""
    merges_settle(timezone.now() - timedelta(hours=3))
