"""Results by the schema of their type; the refusal names the path and repeats no value."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from ocs import result_schemas
from ocs.choices import EXAMINATIONS
from ocs.models import Order
from ocs.tests.factories import order_at

pytestmark = pytest.mark.django_db
GOOD = {
    "SURGERY": {"procedure": "Craniotomy", "performed_on": "2026-01-12", "extent": "gross_total"},
    "RADIOTHERAPY": {"dose_gy": 60, "fractions": 30},
    "CHEMOTHERAPY": {"regimen": "Temozolomide", "cycle": 1},
    "NEUROSURGERY": {"summary": "Resection advised"},
}


@pytest.mark.parametrize("job_type", result_schemas.job_types())
def test_each_schema_is_sound_and_bilingual(api, job_type):
    schema = api("nurse").get(f"/api/ocs/result-schemas/{job_type}/").json()
    Draft202012Validator.check_schema(schema)
    assert job_type == "CONSULT" or job_type in EXAMINATIONS

    def named(part):
        assert {"title", "x-ko"} <= set(part), part
        if "flag" not in part["title"].lower():
            assert set(part.get("enum", [])) == set(part.get("x-values", {})), part
        for child in part.get("properties", {}).values():
            named(child)
        for child in part.get("items", {}).get("properties", {}).values():
            named(child)

    named(schema)


def test_a_type_without_a_schema_has_none(api):
    client = api("doctor")
    for path in ("MR_KNEE/", "../x/", "BLOOD/?version=99"):
        assert client.get(f"/api/ocs/result-schemas/{path}").status_code == 404
    assert client.get("/api/ocs/result-schemas/BLOOD/?version=x").status_code == 400


def submit(api, users, patient, job_type, result, role="doctor", job_role="TREATMENT"):
    order = order_at(users["doctor"], patient, "IN_PROGRESS", job_role=job_role, job_type=job_type)
    answer = api(role).post(
        f"/api/ocs/orders/{order.pk}/submit-result/", {"result": result}, format="json"
    )
    return order, answer


@pytest.mark.parametrize("job_type", GOOD)
def test_a_typed_result_is_kept_with_its_version(api, users, patient_factory, job_type):
    order, answer = submit(api, users, patient_factory(), job_type, GOOD[job_type])
    assert answer.status_code == 200, answer.content
    row = Order.objects.get(pk=order.pk)
    assert (row.result, row.result_schema_version) == (GOOD[job_type], 1)
    assert answer.json()["result_schema_version"] == 1


@pytest.mark.parametrize(
    ("job_type", "result", "field"),
    [
        ("SURGERY", {"performed_on": "2026-01-12"}, "result.procedure"),
        ("SURGERY", {"procedure": "x", "performed_on": "2026-02-30"}, "result.performed_on"),
        ("SURGERY", {"procedure": "x", "performed_on": "2026-01-02", "secret": 1}, "result"),
        ("RADIOTHERAPY", {"dose_gy": 6000, "fractions": 30}, "result.dose_gy"),
        ("RADIOTHERAPY", {"dose_gy": "60", "fractions": 30}, "result.dose_gy"),
        ("CHEMOTHERAPY", {"regimen": "x", "cycle": 1, "drugs": [{}]}, "result.drugs.0.drug"),
        ("NEUROLOGY", {"summary": "x" * 4001}, "result.summary"),
    ],
)
def test_a_result_that_its_type_does_not_allow_names_the_path(
    api, users, patient_factory, job_type, result, field
):
    order, answer = submit(api, users, patient_factory(), job_type, result)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (400, "ERR_101", field)
    assert "6000" not in error["detail"]
    assert Order.objects.get(pk=order.pk).status == "IN_PROGRESS"


def test_a_type_without_a_schema_takes_any_object(api, users, patient_factory):
    result = {"finding": "no haemorrhage"}
    order, answer = submit(
        api, users, patient_factory(), "CT_KNEE", result, role="rib", job_role="RIS"
    )
    assert (answer.status_code, answer.json()["result"]) == (200, result)
    assert Order.objects.get(pk=order.pk).result_schema_version is None


def test_an_imaging_result_may_say_more_than_its_schema_names(api, users, patient_factory):
    result = {"impression": "No haemorrhage", "dose_mgy": 41}
    order, answer = submit(
        api, users, patient_factory(), "CT_HEAD", result, role="rib", job_role="RIS"
    )
    assert (answer.status_code, answer.json()["result"]) == (200, result)
    assert Order.objects.get(pk=order.pk).result_schema_version == 1
    wrong = {"impression": "x" * 2001}
    _, answer = submit(api, users, patient_factory(), "CT_HEAD", wrong, role="rib", job_role="RIS")
    assert answer.json()["error"]["field"] == "result.impression"
