"""The whole ward: sixty patients, each with a story, written once."""

from __future__ import annotations

from datetime import date
from typing import Any

from emr import selectors as patients, services as emr
from ris.management.sample import todays_work
from ris.management.sample.beds import beds_fill
from ris.management.sample.chart_story import ChartStory
from ris.management.sample.order_story import OrderStory
from ris.management.sample.story_rows import StoryRows
from ris.management.sample.telling import SamplePerson, Telling, people
from ris.management.sample.treatment_story import TreatmentStory

WARNED = "P2026-0045"


def ward_write(users: dict[str, Any], today: date) -> int:
    """How many patients were new; who is there already stays as they are.

    In the caller's transaction.
    """
    rows = StoryRows()
    new = [person for person in people() if patients.patient_by_mrn(person.mrn) is None]
    for person in new:
        _person(person, users, today, rows)
    rows.write()
    beds_fill(users, [person.mrn for person in new])
    todays_work.orders_write(users)
    todays_work.routing_rule_write()
    if WARNED in {person.mrn for person in new}:
        todays_work.warned_prescription(WARNED, users)
    return len(new)


def _person(person: SamplePerson, users: dict[str, Any], today: date, rows: StoryRows) -> None:
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
        todays_work.share(patient, name, users)
    story_tell(Telling(person, today), patient, users, rows)


def story_tell(telling: Telling, patient: Any, users: dict[str, Any], rows: StoryRows) -> None:
    """Add to ``rows`` what has happened of a story."""
    chart = ChartStory(telling, patient, users, rows)
    chart.write()
    orders = OrderStory(telling, chart, rows)
    orders.write()
    TreatmentStory(telling, orders, rows).write()
