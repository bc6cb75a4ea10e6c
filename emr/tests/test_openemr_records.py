"""Rows of a patient's record that OpenEMR has too: each way, once, both kept when both changed."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from audit.models import AuditLog
from common.errors import ExternalError
from common.outbox.models import OutboxEvent
from emr import openemr_sync, sync_runs
from emr.events import PATIENT_SYNC
from emr.models import (
    Allergy,
    Encounter,
    Patient,
    PatientLink,
    RecordLink,
    SyncConflict,
    SyncRun,
    Vitals,
)
from emr.openemr_sync import record_sync
from emr.tests.test_openemr import RUNS, sql, there
from openemr.router import ALIAS

pytestmark = pytest.mark.django_db(databases=["default", ALIAS])
EMR = "/api/emr/"
CONFLICTS = "/api/emr/sync/conflicts/"
AT = "2026-01-05T09:30:00+09:00"
NEW: dict[str, dict[str, Any]] = {
    "encounters": {"kind": "outpatient", "reason": "headache", "started_at": AT},
    "vitals": {"measured_at": AT, "heart_rate": 72, "weight_kg": 70.25},
    "prescriptions": {"drug": "Zzz", "dose": "1 tablet", "frequency": "daily", "days": 7},
    "allergies": {"category": "drug", "substance": "Penicillin", "severity": "mild"},
    "problems": {"code_system": "KCD", "code": "G43.9", "text": "Migraine"},
}
TABLES = {
    "encounters": "form_encounter",
    "vitals": "form_vitals",
    "prescriptions": "prescriptions",
    "allergies": "lists",
    "problems": "lists",
}
CHANGE = {
    "encounters": ({"reason": "fall"}, "reason", "fall", "UPDATE form_encounter SET reason = 'x'"),
    "vitals": ({"heart_rate": 80}, "pulse", 80, "UPDATE form_vitals SET pulse = 90"),
    "prescriptions": (
        {"days": 2},
        "DATEDIFF(end_date, start_date)",
        1,
        "UPDATE prescriptions SET end_date = start_date",
    ),
    "allergies": ({"reaction": "Hives"}, "reaction", "Hives", "UPDATE lists SET reaction = 'x'"),
    "problems": ({"text": "Head"}, "title", "Head", "UPDATE lists SET title = 'x'"),
}
plurals = pytest.mark.parametrize("plural", NEW)


def insert(table: str, **values: Any) -> None:
    names = ", ".join(f"`{name}`" for name in values)
    marks = ", ".join(["%s"] * len(values))
    sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", *values.values())  # noqa: S608


def visit(number: int = 11, **values: Any) -> None:
    insert(
        "form_encounter", **{"pid": 7, "encounter": number, "date": "2026-01-05 09:30:00"} | values
    )


def prescribed(**values: Any) -> None:
    empty = {"txDate": "0000-00-00", "usage_category_title": "", "request_intent_title": ""}
    insert("prescriptions", patient_id=7, active=1, **empty, **values)


def vital_signs(number: int = 3, **values: Any) -> None:
    row = {"id": number, "pid": 7, "activity": 1, "date": "2026-01-05 09:30:00", "pulse": 72}
    insert("form_vitals", **row | values)
    insert("forms", form_id=number, pid=7, encounter=11, formdir="vitals", deleted=0)


def deliver() -> None:
    """What the outbox would do with the events so far."""
    for event in OutboxEvent.objects.filter(topic=PATIENT_SYNC, status="PENDING").order_by("pk"):
        kind = event.payload["kind"]
        patient = event.payload["patient_id"]
        openemr_sync.patient_sync(patient_id=patient, kinds=[kind] if kind else None)
        event.delete()


@pytest.fixture
def linked(openemr, api) -> Patient:
    there()
    api("doctor").get(f"{EMR}patients/", {"patient_id": "M-7"})
    deliver()
    return Patient.objects.get()


def again(patient: Patient) -> None:
    openemr_sync.patient_sync(patient_id=patient.pk)


def made(api: Any, linked: Patient, plural: str) -> Any:
    body = NEW[plural] | {"patient": linked.pk}
    answer = api("doctor").post(f"{EMR}{plural}/", body, format="json")
    assert answer.status_code == 201, answer.json()
    deliver()
    return answer.json()


def of_kind(plural: str) -> str:
    return {
        "allergies": " WHERE type = 'allergy'",
        "problems": " WHERE type = 'medical_problem'",
    }.get(plural, "")


def count(plural: str) -> int:
    where = " WHERE reason <> 'Vital signs'" if plural == "encounters" else of_kind(plural)
    return int(sql(f"SELECT COUNT(*) FROM {TABLES[plural]}{where}")[0][0])  # noqa: S608


@plurals
def test_what_is_written_here_arrives_there_once(linked, api, plural):
    row = made(api, linked, plural)
    again(linked)
    link = RecordLink.objects.get(row_id=row["id"])
    assert count(plural) == 1
    registered = sql("SELECT COUNT(*) FROM uuid_registry WHERE uuid = %s", link.uuid.bytes)
    assert (registered, link.faults) == ([(1,)], [])


@plurals
def test_a_change_goes_either_way(linked, api, plural):
    row = made(api, linked, plural)
    body, column, value, elsewhere = CHANGE[plural]
    url = f"{EMR}{plural}/{row['id']}/"
    answer = api("doctor").patch(url, body, format="json", HTTP_IF_MATCH='"1"')
    assert answer.status_code == 200
    deliver()
    assert sql(f"SELECT {column} FROM {TABLES[plural]}{of_kind(plural)}")[0][0] == value  # noqa: S608
    sql(elsewhere)
    again(linked)
    history = api("doctor").get(f"{url}history/").json()["results"]
    assert (len(history), history[0]["actor"]) == (3, None)
    again(linked)
    assert api("doctor").get(f"{url}history/").json()["count"] == 3
    assert not SyncConflict.objects.exists()


@plurals
@pytest.mark.parametrize("keep", ["ours", "theirs"])
def test_when_both_changed_both_are_kept_until_a_person_chooses(linked, api, plural, keep):
    row = made(api, linked, plural)
    body, column, value, elsewhere = CHANGE[plural]
    url, client = f"{EMR}{plural}/{row['id']}/", api("doctor")
    client.patch(url, body, format="json", HTTP_IF_MATCH='"1"')
    sql(elsewhere)
    deliver()
    [shown] = client.get(CONFLICTS).json()["results"]
    field = next(iter(body))
    assert shown["kind"] == RecordLink.objects.get(row_id=row["id"]).kind
    assert (shown["ours"][field], shown["theirs"][field] != body[field]) == (body[field], True)
    choice = {"keep": keep, "shown": shown["shown"]}
    answer = client.post(f"{CONFLICTS}{shown['id']}/resolve/", choice, format="json")
    assert answer.status_code == 200, answer.json()
    deliver()
    now = sql(f"SELECT {column} FROM {TABLES[plural]}{of_kind(plural)}")[0][0]  # noqa: S608
    assert (now == value) is (keep == "ours")
    here = next(r for r in client.get(f"{EMR}{plural}/").json()["results"] if r["id"] == row["id"])
    assert (here[field] == body[field]) is (keep == "ours")
    assert client.get(CONFLICTS).json()["count"] == 0
    again(linked)
    assert not SyncConflict.objects.filter(resolved_at=None).exists()


def test_who_may_not_change_such_rows_does_not_choose(linked, api):
    row = made(api, linked, "prescriptions")
    url = f"{EMR}prescriptions/{row['id']}/"
    api("doctor").patch(url, {"days": 2}, format="json", HTTP_IF_MATCH='"1"')
    sql("UPDATE prescriptions SET end_date = start_date")
    deliver()
    conflict = SyncConflict.objects.get()
    answer = api("nurse").post(
        f"{CONFLICTS}{conflict.pk}/resolve/", {"keep": "ours"}, format="json"
    )
    assert answer.status_code == 403


@plurals
def test_what_is_deleted_here_is_marked_there(linked, api, plural):
    row = made(api, linked, plural)
    url = f"{EMR}{plural}/{row['id']}/"
    answer = api("doctor").delete(
        url, {"reason": "wrong patient"}, format="json", HTTP_IF_MATCH='"1"'
    )
    assert answer.status_code == 204
    deliver()
    again(linked)
    assert count(plural) == 1
    marks = {
        "encounters": "SELECT deleted FROM forms WHERE formdir = 'newpatient'",
        "vitals": "SELECT 1 - activity FROM form_vitals",
        "prescriptions": "SELECT 1 - active FROM prescriptions",
    }
    mark = marks.get(plural, "SELECT verification = 'entered-in-error' FROM lists")
    assert sql(mark) == [(1,)]
    assert api("doctor").get(f"{EMR}{plural}/").json()["count"] == 0


def test_what_is_marked_there_is_deleted_here(openemr, api, linked):
    visit()
    vital_signs()
    insert("lists", pid=7, type="allergy", title="Penicillin", activity=1)
    again(linked)
    assert (Vitals.objects.count(), Allergy.objects.count()) == (1, 1)
    sql("UPDATE forms SET deleted = 1")
    sql("UPDATE lists SET verification = 'entered-in-error'")
    again(linked)
    for plural in ("vitals", "allergies"):
        assert api("doctor").get(f"{EMR}{plural}/").json()["count"] == 0
        [gone] = api("doctor").get(f"{EMR}{plural}/", {"deleted": "true"}).json()["results"]
        assert (gone["deleted"]["by"], gone["deleted"]["reason"]) == (None, "deleted in OpenEMR")


def test_a_record_comes_with_its_patient(openemr, api):
    there()
    visit(provider_id=0, reason="headache", class_code="IMP")
    vital_signs(weight="154.323584", temperature="98.6")
    insert("lists", pid=7, type="allergy", title="Penicillin", activity=1, severity_al="severe")
    insert("lists", pid=7, type="medical_problem", title="Migraine", activity=1)
    prescribed(drug="Aspirin", start_date="2026-01-05", encounter=11)
    client = api("doctor")
    client.get(f"{EMR}patients/", {"patient_id": "M-7"})
    deliver()
    found = {plural: client.get(f"{EMR}{plural}/").json()["results"] for plural in NEW}
    assert {plural: len(rows) for plural, rows in found.items()} == dict.fromkeys(NEW, 1)
    [drug], [visited] = found["prescriptions"], found["encounters"]
    assert (drug["encounter"], drug["days"], drug["prescriber"]) == (visited["id"], None, None)
    assert (visited["kind"], visited["clinician_name"]) == ("inpatient", "OpenEMR")
    [measured] = found["vitals"]
    assert (measured["weight_kg"], measured["temperature_c"], measured["heart_rate"]) == (
        70,
        37,
        72,
    )
    assert found["problems"][0]["code"] == ""
    patient = client.get(f"{EMR}patients/{drug['patient']['id']}/").json()
    assert patient["emr_source"]["records_synced_at"]
    assert client.get(f"{EMR}patients/{patient['id']}/timeline/").status_code == 200
    assert AuditLog.objects.filter(action="patient.sync", patient_id=patient["id"]).exists()


def test_a_drug_without_a_known_end_still_warns(openemr, api, linked):
    prescribed(drug="Warfarin", start_date="2020-01-05")
    again(linked)
    body = {"patient": linked.pk, "drug": "Warfarin"}
    warned = api("doctor").post(f"{EMR}prescriptions/check/", body, format="json").json()
    assert [one["kind"] for one in warned if one["kind"] == "duplicate"]


def test_rows_that_say_the_same_on_both_sides_are_one(openemr, api, linked):
    Allergy.objects.create(patient=linked, category="drug", substance="Penicillin")
    insert("lists", pid=7, type="allergy", title="Penicillin", activity=1)
    again(linked)
    assert (Allergy.objects.count(), count("allergies")) == (1, 1)


def test_laboratory_results_are_kept_as_they_are(openemr, api, linked):
    insert("procedure_order", procedure_order_id=5, patient_id=7)
    insert("procedure_report", procedure_report_id=6, procedure_order_id=5)
    insert("procedure_result", procedure_report_id=6, result_text="Hb", result="13.1", units="g/dL")
    again(linked)
    url = f"{EMR}patients/{linked.pk}/openemr/"
    [shown] = api("doctor").get(url, {"kind": "result"}).json()["results"]
    assert (shown["values"]["name"], shown["values"]["value"]) == ("Hb", "13.1")
    sql("UPDATE procedure_result SET result = '12.9'")
    again(linked)
    [shown] = api("doctor").get(url).json()["results"]
    assert shown["values"]["value"] == "12.9"
    sql("UPDATE procedure_order SET activity = 0")
    again(linked)
    assert api("doctor").get(url).json()["count"] == 0


def test_while_openemr_is_down_the_chart_is_written_and_says_since_when(openemr, api, linked):
    PatientLink.objects.update(synced_at=timezone.now(), records_synced_at=timezone.now())
    since = timezone.now()
    cache.set("openemr:down", since, None)
    cache.set("openemr:tried", True, 60)
    client = api("doctor")
    for plural, fields in NEW.items():
        body = fields | {"patient": linked.pk}
        assert client.post(f"{EMR}{plural}/", body, format="json").status_code == 201
    shown = client.get(f"{EMR}patients/{linked.pk}/").json()["emr_source"]
    assert shown["down_since"] is not None
    with pytest.raises(ExternalError):
        deliver()
    cache.delete("openemr:tried")
    deliver()
    assert {plural: count(plural) for plural in NEW} == dict.fromkeys(NEW, 1)
    assert client.get(f"{EMR}patients/{linked.pk}/").json()["emr_source"]["down_since"] is None


def test_a_run_takes_the_records_along_with_a_fixed_number_of_questions(
    openemr, api, django_assert_max_num_queries
):
    for pid in range(1, 21):
        there(pid, f"M-{pid}")
        visit(100 + pid, pid=pid)
        insert("lists", pid=pid, type="allergy", title="Penicillin", activity=1)
    visit(900, pid=20, date=None)
    run = SyncRun.objects.get(pk=api("admin").post(RUNS).json()["id"])
    with django_assert_max_num_queries(40, using=ALIAS):
        sync_runs.run_continue(run_id=run.pk)
    shown = api("admin").get(f"{RUNS}{run.pk}/").json()
    assert (shown["created"], shown["records"], shown["records_left_out"]) == (20, 41, 1)
    assert (Encounter.objects.count(), Allergy.objects.count()) == (20, 20)


def test_two_workers_at_once_make_one_row(openemr, api, linked, monkeypatch):
    """The other one takes the row between our reading and our writing."""
    visit()
    gathered, others = record_sync._gathered, [linked]

    def overtaken(*arguments: Any) -> Any:
        before = list(gathered(*arguments))
        while others:
            again(others.pop())
        return before

    monkeypatch.setattr(record_sync, "_gathered", overtaken)
    again(linked)
    assert (Encounter.objects.count(), RecordLink.objects.count()) == (1, 1)
