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


def test_vitals_are_metric_and_zero_is_not_measured(openemr):
    insert(
        "form_vitals", id=3, pid=7, activity=1, date="2026-01-05 09:30:00", bps="128", bpd="n/a",
        weight="154.323584", height="70", temperature="98.6", pulse=0,
    )  # fmt: skip
    insert("forms", form_id=3, pid=7, encounter=11, formdir="vitals", deleted=0)
    insert("form_vitals", id=4, pid=7, activity=1)
    insert("forms", form_id=4, pid=7, encounter=11, formdir="vitals", deleted=1)
    [found] = selectors.vitals(7)
    assert found.measured_at == datetime(2026, 1, 5, 9, 30, tzinfo=ZoneInfo("Asia/Seoul"))
    assert (found.systolic, found.diastolic, found.encounter) == (128, None, 11)
    assert (found.weight_kg, found.height_cm) == (Decimal("70.00"), Decimal("177.8"))
    assert (found.temperature_c, found.pulse) == (Decimal("37.0"), None)


def test_prescriptions_lists_encounters_and_results(openemr):
    insert("prescriptions", patient_id=7, drug="Aspirin", start_date="0000-00-00", active=1,
           txDate="0000-00-00", usage_category_title="", request_intent_title="")  # fmt: skip
    insert("lists", pid=7, type="allergy", title="Penicillin", begdate="0000-00-00 00:00:00")
    insert("form_encounter", pid=7, encounter=11, reason=None, date=None)
    insert("procedure_order", procedure_order_id=5, patient_id=7)
    insert(
        "procedure_order_code", procedure_order_id=5, procedure_order_seq=1, procedure_name="CBC"
    )
    insert("procedure_report", procedure_report_id=6, procedure_order_id=5, date_report=None)
    insert("procedure_result", procedure_report_id=6, result="13.1", units="g/dL", range="12-16")
    [drug], [allergy] = selectors.prescriptions(7), selectors.list_entries(7, "allergy")
    assert (drug.drug, drug.started_on, drug.is_active) == ("Aspirin", None, True)
    assert (allergy.title, allergy.began_at, allergy.is_active) == ("Penicillin", None, False)
    [visit], [result] = selectors.encounters(7), selectors.lab_results(7)
    assert (visit.number, visit.reason, visit.started_at) == (11, "", None)
    assert (result.test, result.value, result.unit) == ("CBC", "13.1", "g/dL")


def test_search_and_going_through_all(openemr):
    for pid in (1, 2, 3):
        patient(pid, lname=f"Kim{pid}")
    assert [found.pid for found in selectors.patient_search("kim2")] == [2]
    assert [found.pid for found in selectors.patient_search("M-")] == [1, 2, 3]
    assert [found.pid for found in selectors.patients_after(1, 10)] == [2, 3]
    assert selectors.patient_count() == 3
