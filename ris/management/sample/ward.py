"""The whole ward: sixty patients, each with a story, written once."""

from __future__ import annotations

from datetime import date
from typing import Any

from emr import selectors as patients, services as emr
from ris.management.sample import present
from ris.management.sample.charts import Chart
from ris.management.sample.ordered import Orders
from ris.management.sample.rows import Rows
from ris.management.sample.telling import SamplePerson, Telling, people
from ris.management.sample.treatments import Treatments

WARNED = "P2026-0045"


def ward_write(users: dict[str, Any], today: date) -> int:
    """How many patients were new; who is there already stays as they are.

    In the caller's transaction.
    """
    rows = Rows()
    new = [person for person in people() if patients.patient_by_mrn(person.mrn) is None]
    for person in new:
        _person(person, users, today, rows)
    rows.write()
    present.orders_write(users)
    if WARNED in {person.mrn for person in new}:
        present.warned_prescription(WARNED, users)
    return len(new)


def _person(person: SamplePerson, users: dict[str, Any], today: date, rows: Rows) -> None:
    patient = emr.patient_create(
        actor=users["doctor"],
        patient_id=person.mrn,
        full_name=person.name,
        birth_date=person.birth_date,
        gender=person.sex,
        phone=person.phone or f"010-0000-{person.mrn[-4:]}",
        address=person.address,
        restricted=person.restricted,
        user_id=users[person.user].pk if person.user else None,
    )
    for name in person.team:
        emr.care_team_add(patient=patient, user_id=users[name].pk)
    for name in person.shared:
        present.share(patient, name, users)
    story_tell(Telling(person, today), patient, users, rows)


def story_tell(telling: Telling, patient: Any, users: dict[str, Any], rows: Rows) -> None:
    """Add to ``rows`` what has happened of a story."""
    chart = Chart(telling, patient, users, rows)
    chart.write()
    orders = Orders(telling, chart, rows)
    orders.write()
    Treatments(telling, orders, rows).write()
