"""What is written looks as if OpenEMR had written it, and twice is once."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connections
from django.utils import timezone

from common.errors import ExternalError
from common.outbox.models import OutboxEvent
from openemr import outage, selectors, services
from openemr.openemr_records import LabReport, LabResult
from openemr.router import ALIAS
from openemr.tables.encounter_table import ENCOUNTERS
from openemr.tables.list_tables import ALLERGIES, PROBLEMS
from openemr.tables.prescription_table import PRESCRIPTIONS
from openemr.tables.vitals_table import VITALS

pytestmark = pytest.mark.django_db(databases=["default", ALIAS])
FIELDS: dict[str, Any] = {
    "full_name": "Emily Carter",
    "birth_date": date(1980, 2, 29),
    "gender": "F",
    "phone": "010-1",
    "address": "1 Main St",
}
AT = datetime(2026, 1, 5, 0, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 1, 5, tzinfo=ZoneInfo("Asia/Seoul"))


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


VALUES: dict[str, dict[str, Any]] = {
    "encounter": {
        "kind": "emergency", "reason": "headache", "started_at": AT, "ended_at": None,
    },
    "vitals": {
        "measured_at": AT, "systolic_mmhg": 128, "diastolic_mmhg": None, "heart_rate": 72,
        "respiratory_rate": None, "temperature_c": Decimal("37.1"), "spo2_percent": 98,
        "weight_kg": Decimal("70.25"), "height_cm": Decimal("177.8"),
    },
    "prescription": {
        "encounter": 11, "drug": "Aspirin", "dose": "100 mg", "frequency": "once a day",
        "prescribed_at": MIDNIGHT, "days": 7,
    },
    "allergy": {
        "substance": "Penicillin", "code_system": "ATC", "code": "J01CE01", "reaction": "Hives",
        "severity": "moderate", "status": "active",
    },
    "problem": {
        "text": "Migraine", "code_system": "SNOMED", "code": "37796009", "status": "resolved",
        "onset_date": date(2020, 1, 5), "resolved_date": date(2025, 1, 5),
    },
}  # fmt: skip
CHANGES = {
    "encounter": {"ended_at": AT},
    "vitals": {"weight_kg": None},
    "prescription": {"days": 3},
    "allergy": {"status": "resolved"},
    "problem": {"status": "active", "resolved_date": None},
}
TABLES = {one.kind: one for one in (ENCOUNTERS, VITALS, PRESCRIPTIONS, ALLERGIES, PROBLEMS)}
kinds = pytest.mark.parametrize("kind", TABLES)


def put(kind: str, values: dict[str, Any], **more: Any) -> Any:
    return services.clinical_put(TABLES[kind], pid=7, values=values, **more)


@kinds
def test_a_row_is_written_once_and_comes_back_as_it_went(openemr, kind):
    table, key = TABLES[kind], uuid4()
    first = put(kind, VALUES[kind], uuid=key)
    assert put(kind, VALUES[kind], uuid=key) == first
    assert selectors.clinical_rows(table, [7])[7] == [first]
    assert (first.fields, first.uuid) == (VALUES[kind], key)
    registered = rows("SELECT table_name, table_id FROM uuid_registry WHERE uuid = %s", key.bytes)
    assert registered == [(table.name, "id")]


@kinds
def test_a_change_goes_into_the_row_that_was_read_and_no_other(openemr, kind):
    key, changed = uuid4(), VALUES[kind] | CHANGES[kind]
    first = put(kind, VALUES[kind], uuid=key)
    second = put(kind, changed, uuid=key, number=first.number, expected=first.digest)
    assert second.fields == changed
    with pytest.raises(services.ChangedMeanwhile):
        put(kind, VALUES[kind], uuid=key, number=first.number, expected=first.digest)
    assert selectors.clinical_rows(TABLES[kind], [7])[7] == [second]


@kinds
def test_a_removed_row_stays_with_its_mark(openemr, kind):
    key = uuid4()
    first = put(kind, VALUES[kind], uuid=key)
    put(kind, VALUES[kind], uuid=key, number=first.number, removed=True, expected=first.digest)
    [row] = selectors.clinical_rows(TABLES[kind], [7])[7]
    if kind == "prescription":
        assert (row.is_removed, rows("SELECT active FROM prescriptions")) == (None, [(0,)])
    else:
        assert row.is_removed


def test_an_encounter_takes_the_next_number_and_has_its_form(openemr):
    rows("DELETE FROM facility")
    rows("INSERT INTO facility (id, name, primary_business_entity) VALUES (3, 'NeuroNova', 1)")
    [(last,)] = rows("SELECT id FROM sequences")
    key = uuid4()
    numbers = {put("encounter", VALUES["encounter"], uuid=key).number for _ in range(2)}
    assert numbers == {last + 1}
    assert rows("SELECT id FROM sequences") == [(last + 1,)]
    [visit] = rows("SELECT id, facility, facility_id, date, class_code FROM form_encounter")
    assert visit[1:] == ("NeuroNova", 3, datetime(2026, 1, 5, 9, 30), "EMER")  # noqa: DTZ001
    form = "SELECT form_id, encounter, formdir, deleted, authorized FROM forms"
    assert rows(form) == [(visit[0], last + 1, "newpatient", 0, 1)]


def test_a_finer_class_of_openemr_is_not_written_over(openemr):
    first = put("encounter", VALUES["encounter"] | {"kind": "inpatient"}, uuid=uuid4())
    rows("UPDATE form_encounter SET class_code = 'ACUTE'")
    put(
        "encounter",
        first.fields | {"reason": "again"},
        uuid=uuid4(),
        number=first.number,
        expected=first.digest,
    )
    assert rows("SELECT class_code, reason FROM form_encounter") == [("ACUTE", "again")]


def test_vitals_are_in_the_units_of_openemr_and_in_a_visit(openemr):
    visit = put("encounter", VALUES["encounter"], uuid=uuid4())
    put("vitals", VALUES["vitals"], uuid=uuid4())
    [stored] = rows(
        "SELECT weight, height, temperature, respiration, ROUND(BMI, 1), bpd FROM form_vitals"
    )
    assert stored == (*map(Decimal, ("154.874739", "70", "98.78", "0", "22.2")), "")
    form = "SELECT encounter FROM forms WHERE formdir = 'vitals'"
    assert rows(form) == [(visit.number,)]


def test_vitals_of_a_day_without_a_visit_share_one_that_is_made_for_them(openemr):
    for hour in (0, 3):
        put("vitals", VALUES["vitals"] | {"measured_at": AT + timedelta(hours=hour)}, uuid=uuid4())
    [(number, reason)] = rows("SELECT encounter, reason FROM form_encounter")
    form = "SELECT DISTINCT encounter FROM forms WHERE formdir = 'vitals'"
    assert (reason, rows(form)) == ("Vital signs", [(number,)])
    assert selectors.clinical_rows(ENCOUNTERS, [7])[7] == []
    rows("UPDATE form_encounter SET reason = 'Fell in the ward'")
    assert len(selectors.clinical_rows(ENCOUNTERS, [7])[7]) == 1


def test_a_report_is_there_once_and_corrected_in_its_place(openemr):
    report = LabReport(
        uuid=uuid4(), pid=7, number="A1", code="BLOOD", name="Blood", ordered_at=AT,
        reported_at=AT, corrected=False,
        results=(LabResult("HB", "Haemoglobin", "13.1", "N", "g/dL", "12 - 16", "no"),),
    )  # fmt: skip
    for _ in range(2):
        services.report_put(report)
    better = replace(report.results[0], value="9.1", abnormal="low")
    services.report_put(replace(report, corrected=True, results=(better,)))
    result = "SELECT result_code, result, units, `range`, abnormal, result_status"
    assert rows(f"{result} FROM procedure_result") == [
        ("HB", "9.1", "g/dL", "12 - 16", "low", "correct")
    ]
    joined = (
        "SELECT patient_id, order_status, procedure_name, report_status FROM procedure_order "
        "JOIN procedure_order_code USING (procedure_order_id) "
        "JOIN procedure_report USING (procedure_order_id)"
    )
    assert rows(joined) == [(7, "complete", "Blood", "final")]
    assert rows("SELECT COUNT(*) FROM uuid_registry") == [(3,)]
    assert selectors.lab_results([7])[7] == []


def test_what_does_not_fit_is_refused_and_not_tried_again(openemr):
    with pytest.raises(ExternalError) as refused:
        put("prescription", VALUES["prescription"] | {"drug": "x" * 151}, uuid=uuid4())
    assert refused.value.detail == "OpenEMR refused: DataError 1406"
    assert not refused.value.retryable
    assert outage.down_since() is None


def test_after_a_failure_nobody_waits_until_one_tries_again(openemr):
    before = timezone.now()
    with pytest.raises(ExternalError) as down, outage.reaching():
        raise outage.OperationalError(2003, "host of patient Kim")
    assert "Kim" not in str(down.value)
    assert down.value.retryable
    with pytest.raises(ExternalError):
        selectors.patient_find("M-7")
    assert before < outage.down_since() < timezone.now()
    cache.delete("openemr:tried")
    assert selectors.patient_find("M-7") is None
    assert outage.down_since() is None


def test_each_try_that_fails_makes_the_next_one_later(openemr):
    pauses = []
    for _ in range(6):
        cache.delete("openemr:tried")
        with pytest.raises(ExternalError), outage.reaching():
            raise outage.OperationalError(2003, "")
        pauses.append(outage._pause())
    assert pauses == [5, 10, 20, 40, 40, 40]


def test_what_waits_for_openemr_is_hurried_when_it_is_back(openemr):
    later = timezone.now() + timedelta(minutes=16)
    for aggregate in ("openemr:patient:1", "order:1"):
        OutboxEvent.objects.create(
            topic="x", aggregate=aggregate, handler="x", queue="django_tasks", payload={},
            next_attempt_at=later, last_error_code="ERR_1",
        )  # fmt: skip
    cache.set("openemr:down", timezone.now(), None)
    outage.probe()
    ready = OutboxEvent.objects.filter(next_attempt_at__lt=later)
    assert [event.aggregate for event in ready] == ["openemr:patient:1"]


def test_a_host_that_does_not_answer_costs_a_third_of_a_second(openemr, monkeypatch):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        place = listener.getsockname()
        full = [socket.socket() for _ in range(4)]  # a full queue of the kernel drops the next
        for one in full:
            one.setblocking(False)
            one.connect_ex(place)
        monkeypatch.setattr(connections[ALIAS], "connection", None)
        settings = connections[ALIAS].settings_dict
        monkeypatch.setitem(settings, "HOST", place[0])
        monkeypatch.setitem(settings, "PORT", place[1])
        begun = time.monotonic()
        with pytest.raises(ExternalError):
            selectors.patient_find("M-7")
        assert time.monotonic() - begun < 0.6
        for one in full:
            one.close()
