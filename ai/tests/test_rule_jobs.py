"""Jobs about a patient: what is known, what is missing, who may ask, and what is kept."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ai.choices import JobStatus
from ai.manifest import parse_manifest
from ai.models import AIJob, Publication
from ai.selectors.fact_sources import _molecular
from ai.selectors.patient_facts import facts_known, facts_matched
from ai.services import jobs
from ai.tests import factories
from audit.models import AuditLog

pytestmark = pytest.mark.django_db
MODELS = Path(__file__).resolve().parents[2] / "inference" / "models"
AVAILABLE = "/api/ai/models/available/"
NO = dict.fromkeys(("stroke_tia", "diabetes", "heart_failure", "hypertension"), False)
GIVEN = NO | {"vascular_disease": False}


def manifest(name: str) -> dict[str, Any]:
    found = sorted(MODELS.glob(f"{name}/**/manifest.json"))
    raw: dict[str, Any] = json.loads(found[-1].read_text(encoding="utf-8"))
    return raw


@pytest.fixture
def rules(service: Any, settings: Any) -> Any:
    """The inference service with the rules and one network; it answers a score."""
    offered = [factories.MANIFEST, *map(manifest, ("stroke_risk", "MG", "M1", "MM"))]
    service.replace("GET", f"{settings.INFERENCE_URL}/models", json={"models": offered})
    answer = {
        "job_id": "0b8d3ef2-5f0e-5a6b-9a53-000000000002",
        "risk_score": None,
        "confidence": None,
        "processing_time": 0.01,
        "segmentation": "",
        "slices": [],
        "rows": 0,
        "columns": 0,
        "quantities": [
            {"id": "cha2ds2-vasc", "value": 2},
            {"id": "yearly-stroke-rate", "value": 2.2},
        ],
        "statements": [{"text": "CHA2DS2-VASc is 2 of 9.", "text_ko": "9점 중 2점입니다."}],
    }
    service.post(f"{settings.INFERENCE_URL}/inference", json=answer)
    return service


@pytest.fixture
def patient(patient_factory: Any) -> Any:
    return patient_factory(birth_date=date(1950, 1, 1), gender="M")


@pytest.fixture
def record(users: Any, patient: Any) -> Any:
    """``record(model, **fields)``: a row of the patient's record."""

    def add(model: str, **fields: Any) -> Any:
        return apps.get_model(model).objects.create(patient=patient, **fields)

    return add


def problem(record: Any, code: str, system: str = "KCD", **fields: Any) -> Any:
    return record("emr.Problem", code_system=system, code=code, text="on record", **fields)


def lab_order(record: Any, users: Any, job_type: str, result: Any, **fields: Any) -> Any:
    number = apps.get_model("ocs.Order").objects.count()
    values = {"status": "CONFIRMED", "ordered_at": timezone.now()} | fields
    return record(
        "ocs.Order",
        ordered_by=users["doctor"],
        job_role="LIS",
        job_type=job_type,
        accession_number=f"L{number}",
        result=result,
        **values,
    )


def offered(api: Any, patient: Any, model: str, role: str = "doctor") -> dict[str, Any]:
    listed = api(role).get(AVAILABLE, {"patient_id": patient.patient_id}).json()
    found: dict[str, Any] = next(row for row in listed if row["id"] == model)
    return found


def request(api: Any, patient: Any, role: str = "doctor", **fields: Any) -> Any:
    body = {"patient": patient.pk, "model_type": "stroke_risk", "facts_given": GIVEN} | fields
    return api(role).post("/api/ai/jobs/", body, format="json")


def test_what_is_written_is_known_and_what_is_not_is_unknown(
    record: Any, users: Any, patient: Any
) -> None:
    problem(record, "I48", onset_date=date(2020, 5, 1))
    problem(record, "44054006", "SNOMED", status="resolved")
    problem(record, "I500")
    problem(record, "I63.9", deleted_at=timezone.now())
    record(
        "emr.Prescription",
        drug="Amlodipine",
        drug_code="C08CA01",
        prescriber=users["doctor"],
        prescribed_at=timezone.now(),
    )
    assert "hypertension_treatment" not in facts_known(users["doctor"], patient)
    problem(record, "I10")
    known = facts_known(users["doctor"], patient)
    assert known["atrial_fibrillation"].value is True
    assert known["atrial_fibrillation"].at == date(2020, 5, 1)
    assert known["diabetes"].source.kind == "problem"
    assert known["hypertension_treatment"].source.label == "Amlodipine"
    assert known["sex"].value == "male"
    assert known["age"].value >= 76
    assert known.keys() & {"heart_failure"} == {"heart_failure"}
    assert not known.keys() & {"stroke_tia", "smoking", "systolic_bp"}


def test_a_fact_that_is_too_old_does_not_count(record: Any, users: Any, patient: Any) -> None:
    declared = parse_manifest(manifest("stroke_risk")).inputs.facts
    measured = timezone.now() - timedelta(days=400)
    record("emr.Vitals", systolic_mmhg=140, measured_at=measured)
    known = facts_known(users["doctor"], patient)
    no = {"atrial_fibrillation": known["sex"].__class__(False, known["sex"].source)}
    [pressure] = [
        one
        for one in facts_matched(declared, known | no).needed
        if one.declared.name == "systolic_bp"
    ]
    assert (pressure.reason, pressure.known and pressure.known.value) == ("too_old", 140)
    record("emr.Vitals", systolic_mmhg=150, measured_at=timezone.now())
    matched = facts_matched(declared, facts_known(users["doctor"], patient) | no)
    assert matched.usable["systolic_bp"].value == 150
    open_still = facts_matched(declared, facts_known(users["doctor"], patient))
    assert "systolic_bp" in open_still.held.keys() - open_still.usable.keys()


@pytest.mark.parametrize(
    ("result", "facts"),
    [
        ({"gene_mutations": [{"gene": "IDH1", "hgvs": "p.R132H"}]}, {"idh": "mutant"}),
        (
            {
                "gene_mutations": [
                    {"gene": "IDH2", "hgvs": "p.Arg172Lys", "interpretation": "benign"}
                ]
            },
            {},
        ),
        ({"gene_mutations": [{"gene": "IDH1", "finding": "wild type"}]}, {}),
        (
            {"gene_mutations": [{"gene": g, "finding": "wildtype"} for g in ("IDH1", "IDH2")]},
            {"idh": "wildtype"},
        ),
        ({"gene_mutations": [{"gene": "TERT", "hgvs": "c.-124C>T"}]}, {"tert_promoter": "mutant"}),
        ({"gene_mutations": [{"gene": "H3-3A", "hgvs": "p.K28M"}]}, {"h3": "k27_altered"}),
        ({"gene_mutations": [{"gene": "H3F3A", "finding": "미검출"}]}, {"h3": "wildtype"}),
        (
            {"cnv": [{"region": "1p/19q", "change": "codeletion"}]},
            {"codeletion_1p19q": "codeleted"},
        ),
        ({"cnv": [{"region": "1p", "change": "loss"}]}, {}),
        ({"cnv": [{"region": "CDKN2A/B", "change": "loss"}]}, {"cdkn2ab": "retained"}),
        (
            {"cnv": [{"region": "chr7", "change": "gain"}, {"region": "10", "change": "loss"}]},
            {"chr7_10": "gain_loss"},
        ),
        ({"cnv": [{"region": "EGFR", "change": "gain"}]}, {"egfr": "not_amplified"}),
        ({"protein_markers": [{"marker": "ATRX", "value": "loss"}]}, {"atrx": "lost"}),
        ({"protein_markers": [{"marker": "IDH1 R132H", "value": "negative"}]}, {}),
        ({"protein_markers": [{"marker": "IDH1 R132H", "value": "positive"}]}, {"idh": "mutant"}),
    ],
)
def test_molecular_results(result: dict[str, Any], facts: dict[str, str]) -> None:
    assert dict(_molecular(result)) == facts


def test_two_results_that_disagree_are_no_fact(
    rules: Any, api: Any, record: Any, users: Any, patient: Any
) -> None:
    lab_order(record, users, "GENETIC", {"gene_mutations": [{"gene": "IDH1", "hgvs": "p.R132H"}]})
    wild = [{"gene": gene, "finding": "wildtype"} for gene in ("IDH1", "IDH2")]
    lab_order(record, users, "GENETIC", {"gene_mutations": wild})
    waiting = lab_order(record, users, "PROTEIN", None, status="ORDERED")
    absent = {one["what"]: one for one in offered(api, patient, "MG")["absent"]}
    assert absent["idh"]["reason"] == "contradictory"
    assert absent["egfr"]["offer"]["kind"] == "order"
    assert absent["egfr"]["offer"]["job_type"] == "GENETIC"
    assert (
        absent["atrx"]["offer"] | {"kind": "result", "order": waiting.pk} == absent["atrx"]["offer"]
    )


def test_each_model_is_usable_or_says_exactly_what_is_missing(
    rules: Any, api: Any, record: Any, patient: Any
) -> None:
    problem(record, "I48")
    stroke = offered(api, patient, "stroke_risk")
    assert stroke["available"] is False
    assert {one["what"] for one in stroke["missing"]} == GIVEN.keys()
    assert {one["offer"]["form"] for one in stroke["missing"]} == {"problems"}
    assert {fact["name"] for fact in stroke["facts"]} == {"atrial_fibrillation", "age", "sex"}
    size = offered(api, patient, "M1")
    assert size["missing"][0]["offer"]["kind"] == "study"
    absent = {one["what"]: (one["can_be_given"], one["offer"]) for one in size["absent"]}
    assert absent["brain_mask"][0] is False
    assert absent["brain_mask"][1]["model"] == "brain_extraction"
    brain = offered(api, patient, "brain_extraction")
    assert (brain["available"], brain["missing"][0]["what"]) == (False, "series")
    assert brain["missing"][0]["offer"]["job_role"] == "RIS"
    factories.make_series(patient)
    assert offered(api, patient, "brain_extraction")["available"] is True


def test_availability_costs_the_same_whatever_the_record_holds(
    rules: Any, api: Any, record: Any, users: Any, patient: Any
) -> None:
    client, query = api("doctor"), {"patient_id": patient.patient_id}
    client.get(AVAILABLE, query)
    with CaptureQueriesContext(connection) as of_an_empty_record:
        client.get(AVAILABLE, query)
    for code in ("I48", "I10", "E11", "I50.9"):
        problem(record, code)
    for _ in range(5):
        lab_order(record, users, "GENETIC", {"cnv": [{"region": "EGFR", "change": "none"}]})
    with CaptureQueriesContext(connection) as of_a_full_one:
        client.get(AVAILABLE, query)
    assert len(of_a_full_one) == len(of_an_empty_record) < 30


def test_a_job_keeps_its_facts_and_who_said_them(
    rules: Any, api: Any, record: Any, users: Any, patient: Any
) -> None:
    problem(record, "I48")
    answer = request(api, patient)
    assert answer.status_code == 202, answer.json()
    job = AIJob.objects.get(pk=answer.json()["id"])
    assert (job.study, job.patient) == (None, patient)
    jobs.job_run(job.pk)
    sent = json.loads(rules.calls[-1].request.body)
    assert sent["facts"]["atrial_fibrillation"]["value"] is True
    assert "series_instance_uid" not in sent
    shown = api("doctor").get(f"/api/ai/jobs/{job.pk}/").json()
    assert (shown["status"], shown["study"], shown["model"]["kind"]) == ("COMPLETED", None, "rule")
    facts = {fact["name"]: fact["source"] for fact in shown["facts"]}
    assert facts["atrial_fibrillation"]["kind"] == "problem"
    assert facts["diabetes"] == {
        "kind": "given",
        "id": str(users["doctor"].pk),
        "label": users["doctor"].full_name or users["doctor"].username,
    }
    assert shown["result"]["quantities"][0]["value"] == 2
    assert shown["result"]["statements"][0]["text_ko"]
    entry = AuditLog.objects.get(action="ai_job.create")
    assert (entry.patient_id, entry.detail["given"]) == (patient.pk, sorted(GIVEN))
    url = f"/api/ai/jobs/{job.pk}/review/"
    assert api("doctor").post(url, {"decision": "approve"}, format="json").status_code == 202
    assert Publication.objects.get().version is None


def test_the_same_input_is_the_same_job(rules: Any, api: Any, record: Any, patient: Any) -> None:
    problem(record, "I48")
    first, again = (request(api, patient).json()["id"] for _ in range(2))
    assert first == again
    other = request(api, patient, facts_given=GIVEN | {"diabetes": True}).json()["id"]
    assert other != first
    AIJob.objects.filter(pk=first).update(status=JobStatus.FAILED)
    assert request(api, patient).json()["id"] not in (first, other)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "missing: Earlier stroke"),
        (GIVEN | {"diabetes": "perhaps"}, "diabetes: yes or no"),
        (GIVEN | {"atrial_fibrillation": False}, "the record holds it already"),
        (GIVEN | {"blood_group": "A"}, "no such fact"),
        (GIVEN | {"mask": {}}, "no such fact"),
        (GIVEN | {"sex": "male"}, "the record holds it already"),
        (GIVEN | {"systolic_bp": 120}, "the record holds it already"),
        (GIVEN | {"hypertension_treatment": 120}, "yes or no"),
    ],
)
def test_a_request_that_cannot_be_run_is_refused(
    rules: Any, api: Any, record: Any, patient: Any, given: dict[str, Any], sentence: str
) -> None:
    problem(record, "I48")
    record("emr.Vitals", systolic_mmhg=150, measured_at=timezone.now())
    answer = request(api, patient, facts_given=given)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == ((400, "ERR_101") if given else (422, "ERR_442"))
    assert sentence in error["detail"]
    assert not AIJob.objects.exists()


@pytest.mark.parametrize("pressure", [59, 301, 1e308, 10**400])
def test_a_given_number_outside_its_bounds_is_refused(
    rules: Any, api: Any, patient: Any, pressure: float
) -> None:
    given = NO | {"atrial_fibrillation": False, "systolic_bp": pressure}
    answer = request(api, patient, facts_given=given)
    assert answer.status_code == 400
    detail = answer.json()["error"]["detail"]
    assert detail == "systolic_bp: a number in mm[Hg] from 60 to 300"


def test_a_rejected_job_is_not_handed_out_again(
    rules: Any, api: Any, record: Any, patient: Any
) -> None:
    problem(record, "I48")
    first = request(api, patient).json()["id"]
    AIJob.objects.filter(pk=first).update(review_status="REJECTED")
    assert request(api, patient).json()["id"] != first


def test_a_rule_needs_a_patient_and_a_network_a_study(rules: Any, api: Any, patient: Any) -> None:
    for body, field in (
        ({"model_type": "stroke_risk"}, "patient"),
        ({"model_type": "brain_extraction", "patient": patient.pk}, "study_instance_uid"),
    ):
        answer = api("doctor").post("/api/ai/jobs/", body, format="json")
        assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


@pytest.mark.parametrize(
    ("role", "status"),
    [("doctor", 202), ("rib", 202), ("nurse", 403), ("lab", 403), ("patient", 403), ("admin", 403)],
)
def test_who_may_ask(
    rules: Any, api: Any, record: Any, patient: Any, role: str, status: int
) -> None:
    problem(record, "I48")
    assert request(api, patient, role).status_code == status


def test_a_hidden_patient_is_not_there(rules: Any, api: Any, patient_factory: Any) -> None:
    hidden = patient_factory(restricted=True)
    assert request(api, hidden).status_code == 404
    listed = api("doctor").get(AVAILABLE, {"patient_id": hidden.patient_id})
    assert listed.json() == []
