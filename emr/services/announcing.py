"""What changes here is compared with OpenEMR, where there is one, in the order of the changes."""

from __future__ import annotations

from common.outbox.services import publish
from emr.events import PATIENT_SYNC
from openemr.outage import EVENTS
from openemr.selectors import is_configured


def patient_announce(pk: int, kind: str = "") -> None:
    """Have the patient compared; ``kind``: only the rows of one kind, by its model's name."""
    if is_configured():
        payload = {"patient_id": pk, "kind": kind}
        publish(PATIENT_SYNC, aggregate=f"{EVENTS}patient:{pk}", payload=payload)
