"""What happened to a patient, on one line."""

from __future__ import annotations

import pytest

from emr.models import Vitals
from emr.tests import factories as make


@pytest.fixture
def told(api, patient_factory):
    """A patient with entries of every kind, three of them at the same moment."""
    patient, doctor = patient_factory(), api("doctor")
    for kind, body in {
        "encounters": make.encounter_body(patient.pk),
        "prescriptions": make.prescription_body(patient.pk),
        "allergies": make.allergy_body(patient.pk),
        "problems": make.problem_body(patient.pk),
        "notes": make.note_body(patient.pk),
    }.items():
        assert doctor.post(f"/api/emr/{kind}/", body, format="json").status_code == 201
    for _ in range(3):
        doctor.post("/api/emr/vitals/", make.vitals_body(patient.pk), format="json")
    return patient, doctor


def _get(client, patient, **query):
    return client.get(f"/api/emr/patients/{patient.pk}/timeline/", query)


def test_pages_hold_everything_once(told):
    patient, doctor = told
    whole = _get(doctor, patient).json()["results"]
    assert len(whole) == 8
    assert [e["at"] for e in whole] == sorted((e["at"] for e in whole), reverse=True)
    pages, cursor = [], None
    while cursor is not None or not pages:
        answer = _get(doctor, patient, page_size=3, **({"cursor": cursor} if cursor else {})).json()
        pages.append(answer["results"])
        cursor = answer["next"]
    assert [len(page) for page in pages] == [3, 3, 2]
    assert [entry for page in pages for entry in page] == whole


def test_filters(told):
    patient, doctor = told
    types = {e["type"] for e in _get(doctor, patient, kind=["vitals", "note"]).json()["results"]}
    assert types == {"vitals", "note"}
    before = _get(doctor, patient, to="2026-01-05T12:00:00Z").json()["results"]
    assert {e["type"] for e in before} == {"vitals", "encounter"}
    after = _get(doctor, patient, **{"from": "2026-01-05T12:00:00Z"}).json()["results"]
    assert len(before) + len(after) == 8


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"kind": "dreams"}, "kind"),
        ({"from": "soon"}, "from"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "2026-01-05T00:00:00~vitals~1"}, "cursor"),
        ({"page_size": 0}, "page_size"),
    ],
)
def test_a_bad_question_is_refused(told, query, field):
    patient, doctor = told
    answer = _get(doctor, patient, **query)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


def test_a_page_costs_the_same_among_many(told, users, django_assert_max_num_queries):
    patient, doctor = told
    row = Vitals.objects.first()
    Vitals.objects.bulk_create(
        Vitals(patient=patient, recorded_by=users["nurse"], measured_at=row.measured_at, pain=1)
        for _ in range(300)
    )
    with django_assert_max_num_queries(20):
        assert len(_get(doctor, patient).json()["results"]) == 200


def test_what_is_deleted_is_left_out(told):
    patient, doctor = told
    [note] = _get(doctor, patient, kind="note").json()["results"]
    url = f"/api/emr/notes/{note['id']}/"
    doctor.delete(url, {"reason": "twice"}, format="json", HTTP_IF_MATCH="1")
    assert _get(doctor, patient, kind="note").json()["results"] == []
