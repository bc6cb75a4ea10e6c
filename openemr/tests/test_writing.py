"""What is written looks as if OpenEMR had written it, and twice is once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connections

from common.errors import ExternalError
from openemr import outage, selectors, services
from openemr.router import ALIAS

pytestmark = pytest.mark.django_db(databases=["default", ALIAS])
FIELDS: dict[str, Any] = {
    "full_name": "Emily Carter",
    "birth_date": date(1980, 2, 29),
    "gender": "F",
    "phone": "010-1",
    "address": "1 Main St",
}
AT = datetime(2026, 1, 5, 0, 30, tzinfo=UTC)


def rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def test_a_new_patient_gets_the_next_pid_and_is_in_the_registry(openemr):
    rows("INSERT INTO patient_data (pid, pubpid) VALUES (41, 'M-41')")
    key = uuid4()
    first = services.patient_put(uuid=key, mrn="M-1", fields=FIELDS)
    again = services.patient_put(uuid=key, mrn="M-1", fields=FIELDS)
    assert first == again == selectors.patient_find("M-1")
    assert (first.pid, first.fields) == (42, FIELDS)
    [row] = rows("SELECT fname, lname, sex, DATE(regdate) IS NULL FROM patient_data WHERE pid = 42")
    assert row == ("Emily", "Carter", "Female", 0)
    registered = rows("SELECT table_name, table_id FROM uuid_registry WHERE uuid = %s", key.bytes)
    assert registered == [("patient_data", "id")]


def test_a_change_touches_only_what_changed(openemr):
    rows(
        "INSERT INTO patient_data (pid, pubpid, fname, lname, DOB, sex, phone_home, city) "
        "VALUES (7, 'M-7', 'Emily', 'Carter', '1980-02-29', 'Female', '02-1', 'Busan')"
    )
    theirs = selectors.patient_find("M-7")
    done = services.patient_put(
        uuid=None,
        pid=7,
        mrn="M-7",
        fields=theirs.fields | {"phone": "02-2"},
        expected=theirs.digest,
    )
    assert done.phone == "02-2"
    assert rows("SELECT phone_home, phone_cell, city FROM patient_data") == [("02-2", "", "Busan")]


def test_what_changed_meanwhile_is_not_overwritten(openemr):
    key = uuid4()
    before = services.patient_put(uuid=key, mrn="M-1", fields=FIELDS)
    rows("UPDATE patient_data SET phone_cell = '010-9'")
    with pytest.raises(services.ChangedMeanwhile) as refused:
        services.patient_put(
            uuid=key, mrn="M-1", fields=FIELDS | {"phone": "010-2"}, expected=before.digest
        )
    assert refused.value.theirs.phone == "010-9"
    assert rows("SELECT phone_cell FROM patient_data") == [("010-9",)]


def test_an_encounter_takes_the_next_number_and_has_its_form(openemr):
    rows("DELETE FROM facility")
    rows("INSERT INTO facility (id, name, primary_business_entity) VALUES (3, 'NeuroNova', 1)")
    [(last,)] = rows("SELECT id FROM sequences")
    key = uuid4()
    numbers = {
        services.encounter_put(uuid=key, pid=7, reason=reason, started_at=AT)
        for reason in ("headache", "headache, again")
    }
    assert numbers == {last + 1}
    assert rows("SELECT id FROM sequences") == [(last + 1,)]
    [visit] = rows("SELECT id, reason, facility, facility_id, date FROM form_encounter")
    assert visit[1:] == ("headache, again", "NeuroNova", 3, datetime(2026, 1, 5, 9, 30))  # noqa: DTZ001
    form = "SELECT form_id, encounter, formdir, deleted, authorized FROM forms"
    assert rows(form) == [(visit[0], last + 1, "newpatient", 0, 1)]


def test_vitals_go_in_pounds_inches_and_fahrenheit_and_come_back(openemr):
    sent: dict[str, Any] = {
        "systolic": 128,
        "weight_kg": Decimal("70.00"),
        "height_cm": Decimal("177.8"),
        "temperature_c": Decimal("37.0"),
    }
    services.vitals_put(uuid=uuid4(), pid=7, encounter=11, measured_at=AT, **sent)
    [stored] = rows("SELECT weight, height, temperature, pulse, ROUND(BMI, 1) FROM form_vitals")
    assert stored == (*map(Decimal, ("154.323584", "70", "98.6", "0", "22.1")),)
    [found] = selectors.vitals(7)
    assert {name: getattr(found, name) for name in sent} == sent
    assert (found.diastolic, found.pulse, found.measured_at) == (None, None, AT)


def test_prescriptions_and_lists(openemr):
    key = uuid4()
    for drug in ("Aspirin", "Aspirin 100"):
        services.prescription_put(
            uuid=key, pid=7, drug=drug, dosage="100 mg", start_date=date(2026, 1, 5)
        )
    services.list_entry_put(uuid=uuid4(), pid=7, kind="allergy", title="Penicillin")
    assert [drug.drug for drug in selectors.prescriptions(7)] == ["Aspirin 100"]
    assert rows("SELECT txDate + 0 FROM prescriptions") == [(0,)]
    assert [found.title for found in selectors.list_entries(7, "allergy")] == ["Penicillin"]


def test_what_does_not_fit_is_refused_and_not_tried_again(openemr):
    with pytest.raises(ExternalError) as refused:
        services.prescription_put(
            uuid=uuid4(), pid=7, drug="x" * 151, dosage="1", start_date=date(2026, 1, 5)
        )
    assert refused.value.detail == "OpenEMR refused: DataError 1406"
    assert not refused.value.retryable
    assert cache.get("openemr:down") is None


def test_after_a_failure_nobody_waits(openemr):
    with pytest.raises(ExternalError) as down, outage.reaching():
        raise outage.OperationalError(2003, "host of patient Kim")
    assert "Kim" not in str(down.value)
    assert down.value.retryable
    with pytest.raises(ExternalError):
        selectors.patient_find("M-7")
    cache.delete("openemr:down")
    assert selectors.patient_find("M-7") is None
