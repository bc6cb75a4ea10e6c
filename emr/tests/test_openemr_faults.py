"""Rows of OpenEMR that cannot stand here, and ours that it refuses: seen, with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from emr.models import Encounter, RecordLink, Vitals
from emr.tests.test_openemr import sql
from emr.tests.test_openemr_records import EMR, NEW, again, deliver, linked, visit, vital_signs
from openemr.router import ALIAS

__all__ = ["linked"]
pytestmark = pytest.mark.django_db(databases=["default", ALIAS])
IMPOSSIBLE: list[tuple[Any, str, dict[str, Any], list[tuple[str, str]], bool]] = [
    (visit, "encounter", {"date": None}, [("started_at", "unknown")], False),
    (visit, "encounter", {"date": "0000-00-00 00:00:00"}, [("started_at", "unknown")], False),
    (visit, "encounter", {"date": "1950-01-01"}, [("started_at", "before_birth")], False),
    (visit, "encounter", {"class_code": "PRENC"}, [("kind", "impossible")], False),
    (visit, "encounter", {"encounter": None}, [("number", "unknown")], False),
    (visit, "encounter", {"reason": "x" * 301}, [("reason", "too_long")], True),
    (
        visit,
        "encounter",
        {"date_end": "2025-01-01"},
        [("ended_at", "contradiction")],
        False,
    ),
    (vital_signs, "vitals", {"date": "2999-01-01"}, [("measured_at", "in_future")], False),
    (vital_signs, "vitals", {"pulse": 0}, [("vitals", "unknown")], False),
    (vital_signs, "vitals", {"pulse": 900, "weight": 154}, [("heart_rate", "impossible")], True),
    (vital_signs, "vitals", {"bps": "120/80"}, [("systolic_mmhg", "impossible")], True),
    (vital_signs, "vitals", {"temperature": 999}, [("temperature_c", "impossible")], True),
]


@pytest.mark.parametrize(("make", "kind", "values", "faults", "taken"), IMPOSSIBLE)
def test_what_cannot_stand_here_is_seen_with_the_reason(
    openemr, api, linked, make, kind, values, faults, taken
):
    make(**values)
    again(linked)
    again(linked)
    [shown] = api("doctor").get(f"{EMR}patients/{linked.pk}/openemr/").json()["results"]
    assert (shown["kind"], shown["row"] is not None) == (kind, taken)
    assert [(fault["field"], fault["reason"]) for fault in shown["faults"]] == faults
    assert RecordLink.objects.count() == 1
    mended = {"encounter": "date = '2026-01-05', reason = 'x', class_code = 'AMB', date_end = NULL"}
    mended["vitals"] = "date = '2026-01-05', pulse = 70, bps = '120', temperature = 98.6"
    sql(f"UPDATE {make_table(kind)} SET {mended[kind]}")  # noqa: S608
    sql("UPDATE form_encounter SET encounter = 12 WHERE encounter IS NULL")
    again(linked)
    assert api("doctor").get(f"{EMR}patients/{linked.pk}/openemr/").json()["count"] == 0


def make_table(kind: str) -> str:
    return {"encounter": "form_encounter", "vitals": "form_vitals"}[kind]


def test_what_cannot_stand_here_is_not_erased_there(openemr, api, linked):
    vital_signs(temperature=999, bps="120/80")
    again(linked)
    row = Vitals.objects.get()
    url = f"{EMR}vitals/{row.pk}/"
    api("doctor").patch(url, {"heart_rate": 80}, format="json", HTTP_IF_MATCH='"1"')
    deliver()
    assert sql("SELECT pulse, temperature, bps FROM form_vitals") == [(80, 999, "120/80")]


def test_what_openemr_refuses_is_named_and_the_rest_goes_on(openemr, api, linked):
    client = api("doctor")
    for drug in ("x" * 160, "Zzz"):
        body = NEW["prescriptions"] | {"patient": linked.pk, "drug": drug}
        assert client.post(f"{EMR}prescriptions/", body, format="json").status_code == 201
    deliver()
    assert sql("SELECT drug FROM prescriptions") == [("Zzz",)]
    [shown] = client.get(f"{EMR}patients/{linked.pk}/openemr/").json()["results"]
    assert shown["faults"] == [{"field": "", "reason": "refused"}]


def test_a_row_that_vanished_there_stays_here_and_says_so(openemr, api, linked):
    visit()
    again(linked)
    sql("DELETE FROM form_encounter")
    again(linked)
    assert Encounter.objects.filter(deleted_at=None).count() == 1
    [shown] = api("doctor").get(f"{EMR}patients/{linked.pk}/openemr/").json()["results"]
    assert shown["faults"] == [{"field": "", "reason": "gone"}]
