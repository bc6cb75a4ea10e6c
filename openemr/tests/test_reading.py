"""OpenEMR's rows as they may be: NULLs, zero dates, odd words, Latin-1; in our units."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connections

from common.errors import ConflictError
from openemr import conventions, selectors
from openemr.router import ALIAS
from openemr.tables.encounter_table import ENCOUNTERS
from openemr.tables.list_tables import ALLERGIES, PROBLEMS
from openemr.tables.prescription_table import PRESCRIPTIONS
from openemr.tables.vitals_table import VITALS

pytestmark = pytest.mark.django_db(databases=["default", ALIAS])


def insert(table: str, **values: Any) -> None:
    names = ", ".join(f"`{name}`" for name in values)
    marks = ", ".join(["%s"] * len(values))
    with connections[ALIAS].cursor() as cursor:
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
        cursor.execute(sql, list(values.values()))


def latin1_character(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def patient(pid: int = 7, **values: Any) -> None:
    insert("patient_data", **{"pid": pid, "pubpid": f"M-{pid}"} | values)


def test_a_patient_in_our_words(openemr):
    key = UUID("0196a3a0-0000-7000-8000-000000000001")
    patient(
        uuid=key.bytes, fname="Emily", lname="Carter", DOB="1980-02-29", sex="Female",
        phone_home="02-1", street="1 Main St", city="Busan", postal_code="48058",
    )  # fmt: skip
    assert selectors.patient_find("M-7") == selectors.PatientRecord(
        pid=7, uuid=key, mrn="M-7", full_name="Emily Carter", birth_date=date(1980, 2, 29),
        gender="F", phone="02-1", address="1 Main St, Busan, 48058",
    )  # fmt: skip


def test_what_is_not_known_is_left_out(openemr):
    patient(DOB="0000-00-00", sex="asked-but-declined", uuid=None, street_line_2=None)
    found = selectors.patient_find("M-7")
    assert (found.birth_date, found.gender, found.uuid, found.full_name) == (None, "U", None, "")
    assert found.address == ""


def test_utf8_that_was_stored_as_latin1_is_read_as_it_was_meant(openemr):
    latin1 = "".join(latin1_character(byte) for byte in "김하나".encode())
    patient(lname=latin1)
    patient(8, lname="GarcÃ­a", fname="Ana")
    patient(9, lname="Müller\x07\n", fname="Ana")
    assert selectors.patient_find("M-7").full_name == "김하나"
    assert selectors.patient_find("M-8").full_name == "Ana García"
    assert selectors.patient_find("M-9").full_name == "Ana Müller"


def test_bytes_that_cannot_be_read_are_marked():
    assert conventions.text(b"caf\xe9") == f"caf{conventions.REPLACEMENT}"


def test_the_mrn_is_exact_and_must_be_one_patients(openemr):
    patient(pubpid="a1")
    assert selectors.patient_find("A1") is None
    assert selectors.patient_find("a1 ") is None
    patient(8, pubpid="a1")
    with pytest.raises(ConflictError):
        selectors.patient_find("a1")


@pytest.mark.parametrize(
    ("first", "last", "whole"),
    [
        ("길동", "홍", "홍길동"),
        ("", "홍길동", "홍길동"),
        ("Ludwig van", "Beethoven", "Ludwig van Beethoven"),
        (None, "Plato", "Plato"),
    ],
)
def test_a_name_comes_back_as_it_went(first, last, whole):
    assert conventions.full_name(first, None, last) == whole
    assert conventions.full_name(*conventions.name_parts(whole)) == whole


def form(row: int, directory: str, *, encounter: int = 11, deleted: int = 0) -> None:
    insert("forms", form_id=row, pid=7, encounter=encounter, formdir=directory, deleted=deleted)


def prescribed(**values: Any) -> None:
    empty = {"txDate": "0000-00-00", "usage_category_title": "", "request_intent_title": ""}
    insert("prescriptions", **{"patient_id": 7, "drug": "Aspirin"} | empty | values)


def test_vitals_are_metric_and_zero_is_not_measured(openemr):
    insert(
        "form_vitals", id=3, pid=7, activity=1, date="2026-01-05 09:30:00", bps="128", bpd="n/a",
        weight="154.323584", height="70", temperature="98.6", pulse=0,
    )  # fmt: skip
    form(3, "vitals")
    insert("form_vitals", id=4, pid=7, activity=1)
    form(4, "vitals", deleted=1)
    insert("form_vitals", id=5, pid=7, activity=1)
    found, deleted, no_form = selectors.clinical_rows(VITALS, [7])[7]
    assert found.fields == {
        "measured_at": datetime(2026, 1, 5, 9, 30, tzinfo=ZoneInfo("Asia/Seoul")),
        "systolic_mmhg": 128,
        "diastolic_mmhg": "n/a",
        "heart_rate": None,
        "respiratory_rate": None,
        "temperature_c": Decimal("37.0"),
        "spo2_percent": None,
        "weight_kg": Decimal("70.00"),
        "height_cm": Decimal("177.8"),
    }
    assert [row.is_removed for row in (found, deleted, no_form)] == [False, True, True]


def test_what_is_not_known_of_a_record_is_none(openemr):
    prescribed(start_date="0000-00-00", active=1)
    insert("lists", pid=7, type="allergy", title="Penicillin", begdate="0000-00-00 00:00:00")
    insert("lists", pid=7, type="medical_problem", title="GarcÃ­a", enddate=None)
    insert("form_encounter", pid=7, encounter=11, reason=None, date="0000-00-00 00:00:00")
    tables = (PRESCRIPTIONS, ALLERGIES, PROBLEMS, ENCOUNTERS)
    drug, allergy, problem, visit = (
        selectors.clinical_rows(table, [7])[7][0].fields for table in tables
    )
    assert (drug["drug"], drug["prescribed_at"], drug["days"], drug["encounter"]) == (
        "Aspirin", None, None, None
    )  # fmt: skip
    assert (allergy["substance"], allergy["severity"], allergy["status"]) == (
        "Penicillin", "", "active"
    )  # fmt: skip
    assert (problem["text"], problem["onset_date"], problem["code"]) == ("García", None, "")
    assert (visit["kind"], visit["reason"], visit["started_at"]) == ("outpatient", "", None)


@pytest.mark.parametrize(
    ("columns", "days"),
    [
        ({"end_date": "2026-01-11"}, 7),
        ({"end_date": None}, None),
        ({"end_date": None, "active": 0, "date_modified": "2026-01-07 10:00:00"}, 3),
        ({"end_date": "2026-01-06", "active": 0, "date_modified": "2026-01-07 10:00:00"}, 2),
        ({"end_date": "2026-01-03"}, -1),
    ],
)
def test_a_prescription_lasts_to_its_last_day_or_until_it_was_stopped(openemr, columns, days):
    prescribed(**{"start_date": "2026-01-05", "interval": 1} | columns)
    [found] = selectors.clinical_rows(PRESCRIPTIONS, [7])[7]
    assert (found.fields["days"], found.fields["frequency"]) == (days, "b.i.d.")


def test_codes_severities_and_marks_of_the_lists(openemr):
    insert("lists", pid=7, type="allergy", title="Penicillin", activity=1, severity_al="fatal",
           diagnosis="RXNORM:7980;ATC:J01CE01")  # fmt: skip
    insert("lists", pid=7, type="medical_problem", title="Migraine", activity=1,
           diagnosis="ICD10:G43.9", enddate="2020-01-01 00:00:00")  # fmt: skip
    insert("lists", pid=7, type="allergy", title="x", verification="entered-in-error", activity=0)
    allergy, mistaken = selectors.clinical_rows(ALLERGIES, [7])[7]
    [problem] = selectors.clinical_rows(PROBLEMS, [7])[7]
    assert (allergy.fields["code_system"], allergy.fields["code"]) == ("ATC", "J01CE01")
    assert (allergy.fields["severity"], mistaken.is_removed) == ("severe", True)
    assert (problem.fields["code"], problem.fields["status"]) == ("", "resolved")


def test_the_author_is_named_where_openemr_knows_one(openemr):
    insert("users", id=3, username="drkim", fname="하나", lname="김")
    insert("form_encounter", pid=7, encounter=11, provider_id=3)
    insert("lists", pid=7, type="allergy", title="x", user="drkim")
    tables = (ENCOUNTERS, ALLERGIES)
    assert [selectors.clinical_rows(table, [7])[7][0].author for table in tables] == ["김하나"] * 2


def test_laboratory_results_of_openemr_but_not_ours(openemr):
    for number, sender in ((5, None), (8, "CDSS20260105001")):
        insert("procedure_order", procedure_order_id=number, patient_id=7, external_id=sender)
        insert("procedure_order_code", procedure_order_id=number, procedure_order_seq=1,
               procedure_name="CBC")  # fmt: skip
        insert("procedure_report", procedure_report_id=number + 1, procedure_order_id=number,
               date_report=None)  # fmt: skip
        insert("procedure_result", procedure_report_id=number + 1, result="13.1", units="g/dL")
    [result] = selectors.lab_results([7])[7]
    assert (result.fields["test"], result.fields["value"]) == ("CBC", "13.1")
    assert (result.fields["unit"], result.fields["reported_at"]) == ("g/dL", None)


def test_search_and_going_through_all(openemr):
    for pid in (1, 2, 3):
        patient(pid, lname=f"Kim{pid}")
    assert [found.pid for found in selectors.patient_search("kim2")] == [2]
    assert [found.pid for found in selectors.patient_search("M-")] == [1, 2, 3]
    assert [found.pid for found in selectors.patients_after(1, 10)] == [2, 3]
    assert selectors.patient_count() == 3
