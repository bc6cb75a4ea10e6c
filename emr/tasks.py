from __future__ import annotations

from contextlib import suppress

from kombu.exceptions import OperationalError

from common.errors import ExternalError
from common.person import Person
from common.tasks import task
from emr import openemr_sync, selectors
from emr.models import Patient
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
