"""Each rule of decision support: when it speaks, and when it must not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import responses
from django.core.cache import cache
from django.utils import timezone

from ai.services.catalogue import MODELS_CACHE_KEY, rules_available
from ai.tests.factories import make_result, make_series
from emr.models import Problem
from fhir.cds_hooks.draft_orders import draft_of, same_place, says_contrast
from fhir.cds_hooks.hook_cards import EXAMINATION_SYSTEM, escaped, shortened
from fhir.cds_hooks.rules.cardiac_device import is_device_code, names_device
from fhir.cds_hooks.rules.kidney_function import ckd_epi_2021
from fhir.tests.cds import bundle
from fhir.tests.test_cds_hooks import call, due, poorly, sign
from lis.models import LabValue
from ocs.models import Order
from ocs.tests.factories import order_at, order_make
from treatment.models import Plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rule_models")]
__all__ = ["due", "poorly"]
LOINC = "http://loinc.org"


def fired(answer):
    assert answer.status_code == 200, answer.content
    return [one["source"]["topic"]["code"] for one in answer.json()["cards"]]


def observation(patient, value, code="98979-8", unit="mL/min/{1.73_m2}", **more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": timezone.now().isoformat(),
        "valueQuantity": {"value": value, "code": unit},
    } | more


@pytest.mark.parametrize(
    ("creatinine", "age", "female", "egfr"),
    [(1.0, 50, True, 69), (1.0, 50, False, 92), (3.0, 70, True, 16), (0.6, 30, False, 133)],
)
def test_ckd_epi_2021(creatinine, age, female, egfr):
    assert round(ckd_epi_2021(creatinine, age=age, female=female)) == egfr


@pytest.mark.parametrize(
    ("text", "contrast"),
    [
        ("MR_BRAIN_CONTRAST", True), ("MRI brain with contrast", True), ("뇌 MRI 조영", True),
        ("CT 조영증강", True), ("CT without contrast", False), ("non-contrast CT", False),
        ("뇌 MRI 비조영", False), ("조영제 없이 CT", False), ("MR_BRAIN", False),
        ("MRI brain with and without contrast", True), ("MR Brain WO and W contrast IV", True),
        ("MRI w/wo contrast", True), ("MR Brain WO contrast", False), ("CTA head", True),
        ("CT head w/o contrast", False), ("조영제를 사용하지 않는 CT", False),
    ],
)  # fmt: skip
def test_words_for_contrast(text, contrast):
    assert says_contrast(text) is contrast


@pytest.mark.parametrize(
    ("text", "modality", "part"),
    [
        ("MR_BRAIN", "MR", "BRAIN"), ("CT chest", "CT", "CHEST"), ("뇌 MRI", "MR", "BRAIN"),
        ("Doctor's consultation", "", ""), ("BLOOD", "", ""), ("MRI_SPINE", "MR", "SPINE"),
        ("Brain MRA", "MR", "BRAIN"), ("경추 MRI", "MR", "CSPINE"), ("MRI knee", "MR", ""),
    ],
)  # fmt: skip
def test_words_for_examinations(text, modality, part):
    found = draft_of("", text)
    assert (found.modality, found.body_part) == (modality, part)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Pacemaker", True), ("Cardiac pacemaker, no complications", True),
        ("심박동기 삽입 상태", True),
        ("심장박동조율기", True), ("이식형 제세동기", True),
        ("Implantable cardioverter-defibrillator", True),
        ("CRT-D", True), ("No pacemaker", False), ("without a pacemaker", False),
        ("pacemaker removed 2019", False), ("심박동기 제거", False), ("심박동기 없음", False),
        ("ICD", False), ("Palpitations", False), ("제세동 1회 시행", False), ("Peacemaker", False),
    ],
)  # fmt: skip
def test_words_for_cardiac_devices(text, named):
    assert names_device(text) is named


def test_codes_for_cardiac_devices():
    assert is_device_code("KCD", "Z95.0")
    assert is_device_code("KCD", "Z950")
    assert is_device_code("http://hl7.org/fhir/sid/icd-10-cm", "Z95.810")
    assert is_device_code("http://snomed.info/sct", "441509002")
    assert not is_device_code("KCD", "Z95.1")
    assert not is_device_code("other", "Z95.0")


def test_kidney_newest_result_decides_whoever_has_it(api, users, poorly):
    client, ask = api("doctor"), "MR brain with contrast"
    assert fired(sign(client, users, poorly.pk, ask)) == ["kidney-function"]
    assert fired(sign(client, users, poorly.pk, "MR brain")) == []
    sent = {"prefetch": {"kidney": bundle(observation(poorly.pk, 80))}}
    assert fired(sign(client, users, poorly.pk, ask, **sent)) == []
    for broken in (
        observation(poorly.pk + 1, 80),  # another patient's
        observation(poorly.pk, "80"),
        observation(poorly.pk, True),
        observation(poorly.pk, 10**400),
        observation(poorly.pk, 80, status=[]),
        observation(poorly.pk, 80, status="entered-in-error"),
        observation(poorly.pk, 80, effectiveDateTime="2999-01-01"),
        observation(poorly.pk, 80, effectiveDateTime="0000-13-77"),
        observation(poorly.pk, 80, unit="%"),
    ):
        sent = {"prefetch": {"kidney": bundle(broken)}}
        assert fired(sign(client, users, poorly.pk, ask, **sent)) == ["kidney-function"], broken


def test_kidney_by_creatinine_of_adults_alone(api, users, patient_factory):
    for patient, cards in (
        (patient_factory(birth_date=date(1950, 1, 1)), 1),
        (patient_factory(birth_date=timezone.localdate() - timedelta(days=3000)), 0),
        (patient_factory(gender="U"), 0),
    ):
        order = order_make(users["doctor"], patient, job_role="LIS", job_type="BLOOD")
        LabValue.objects.create(
            order=order, patient=patient, code="2160-0", value=350, unit="umol/L",
            at=timezone.now(),
        )  # fmt: skip
        found = sign(api("doctor"), users, patient.pk, "CT chest with contrast").json()["cards"]
        assert len(found) == cards
        assert all("CKD-EPI 2021" in one["detail"] for one in found)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("BRAIN", "HEAD", True), ("CSPINE", "LSPINE", False), ("CSPINE", "SPINE", True),
        ("LSSPINE", "TLSPINE", True), ("", "BRAIN", False), ("", "", False),
    ],
)  # fmt: skip
def test_parts_that_overlap(one, other, same):
    assert same_place(one, other) is same_place(other, one) is same


def test_kidney_of_two_at_one_time_the_lower(api, users, patient_factory):
    """As laboratories report it that give one of each race."""
    patient, now = patient_factory(), timezone.now().isoformat()
    two = [
        observation(patient.pk, value, code=code, effectiveDateTime=now)
        for value, code in ((33, "48643-1"), (28, "48642-3"))
    ]
    ask = {"coding": [{"system": LOINC, "code": "24589-4"}]}  # MR Brain W contrast IV
    sent = {"prefetch": {"kidney": bundle(*two)}}
    assert fired(sign(api("doctor"), users, patient.pk, ask, **sent)) == ["kidney-function"]


@pytest.mark.parametrize(
    ("code", "days", "cards"),
    [
        ("MR_BRAIN", 3, 1), ("MR_BRAIN", 40, 0), ("CT_BRAIN", 3, 0), ("MR_SPINE", 3, 0),
        ("MRI knee", 3, 0), ("MRI", 3, 0),
    ],
)  # fmt: skip
def test_duplicate_imaging(api, users, patient_factory, code, days, cards):
    patient = patient_factory()
    series = make_series(patient)
    series.body_part = "HEAD"
    series.save()
    series.study.study_date = timezone.localdate() - timedelta(days=days)
    series.study.save()
    answer = sign(api("doctor"), users, patient.pk, code).json()["cards"]
    assert len(answer) == cards
    for card in answer:
        assert str(series.study.study_date) in card["summary"]
        assert card["links"][0]["url"].endswith(f"/studies/{series.study.study_instance_uid}")
        assert card["suggestions"][0]["actions"][0]["type"] == "delete"


def test_duplicate_of_an_open_order(api, users, patient_factory):
    patient = patient_factory()
    order_at(users["doctor"], patient, "CANCELLED", job_type="MR_BRAIN")
    client = api("doctor")
    assert fired(sign(client, users, patient.pk, "MR_BRAIN_CONTRAST")) == []
    order_make(users["doctor"], patient, job_type="MR_BRAIN")
    assert fired(sign(client, users, patient.pk, "MR_BRAIN_CONTRAST")) == ["duplicate-imaging"]


def test_cardiac_device_from_each_source(api, users, patient_factory):
    client, by = api("doctor"), {"recorded_by": users["doctor"]}
    coded, worded, operated, plain = (patient_factory() for _ in range(4))
    Problem.objects.create(patient=coded, code_system="KCD", code="Z95.0", text="Presence", **by)
    Problem.objects.create(patient=worded, text="심박동기 삽입 상태", **by)
    Plan.objects.create(
        patient=operated, kind="surgery", title="Pacemaker implantation",
        started_on=date(2024, 5, 1), **by,
    )  # fmt: skip
    Problem.objects.create(patient=plain, text="Pacemaker", status="resolved", **by)
    for patient in (coded, worded, operated):
        answer = sign(client, users, patient.pk, "MR_SPINE")
        assert fired(answer) == ["cardiac-device"]
        assert answer.json()["cards"][0]["indicator"] == "critical"
        assert fired(sign(client, users, patient.pk, "CT_BRAIN")) == []
    assert fired(sign(client, users, plain.pk, "MR_SPINE")) == []
    device = {
        "resourceType": "Device", "status": "active",
        "patient": {"reference": f"Patient/{plain.pk}"},
        "type": {"coding": [{"system": "http://snomed.info/sct", "code": "14106009"}]},
    }  # fmt: skip
    for sent, cards in (
        (device, ["cardiac-device"]),
        (device | {"status": "inactive"}, []),
        (device | {"patient": {"reference": "Patient/0"}}, []),
    ):
        prefetch = {"devices": bundle(sent)}
        assert fired(sign(client, users, plain.pk, "MR_SPINE", prefetch=prefetch)) == cards


def test_ai_findings_unread_and_urgent(api, users, patient_factory):
    patient = patient_factory()
    series = make_series(patient)
    job = make_result(series, users["doctor"], result={"risk_score": 0.3})

    def cards(role="doctor"):
        answer = call(api(role), "patient-view", users[role], patient.pk)
        return [
            (one["indicator"], one["source"]["topic"]["code"]) for one in answer.json()["cards"]
        ]

    assert cards() == [("info", "ai-findings")]
    assert cards("nurse") == []  # has no right to AI results
    job.result = {"risk_score": 0.93}
    job.review_status = "APPROVED"
    job.save()
    assert cards() == [("warning", "ai-findings")]
    job.review_status = "REJECTED"
    job.save()
    assert cards() == []


def test_follow_up_due_and_overdue(api, users, due):
    ask = lambda: call(api("doctor"), "encounter-start", users["doctor"], due.pk).json()["cards"]  # noqa: E731
    assert [one["indicator"] for one in ask()] == ["info"]
    visit = due._meta.apps.get_model("treatment.Visit").objects.get()
    visit.planned_at = timezone.now() - timedelta(days=3)
    visit.save()
    assert [one["indicator"] for one in ask()] == ["warning"]
    visit.status = "DONE"
    visit.save()
    assert ask() == []


def genetic(users, patient, mutations, kind="GENETIC"):
    return Order.objects.create(
        patient=patient, ordered_by=users["doctor"], job_role="LIS", job_type=kind,
        accession_number=f"G{Order.objects.count()}", status="CONFIRMED",
        ordered_at=timezone.now(), result=mutations,
    )  # fmt: skip


def test_integrated_diagnosis_when_its_results_are_there(api, users, patient_factory):
    patient = patient_factory()
    client, doctor = api("doctor"), users["doctor"]
    idh = {"gene": "IDH1", "hgvs": "p.R132H"}
    genetic(users, patient, {"gene_mutations": [idh]})
    assert fired(call(client, "patient-view", doctor, patient.pk)) == []
    genetic(users, patient, {"protein_markers": [{"marker": "ATRX", "value": "lost"}]}, "PROTEIN")
    known = rules_available(doctor, patient)
    facts = next(one.facts for one in known if one.manifest.id == "MG")
    assert {"idh", "atrx"} <= facts.keys()
    assert fired(call(client, "patient-view", doctor, patient.pk)) == ["integrated-diagnosis"]
    job = make_result(make_series(patient), doctor, review_status="APPROVED")
    job.model_id = "MG"
    job.facts = {name: fact.to_json() for name, fact in facts.items()}
    job.save()
    assert fired(call(client, "patient-view", doctor, patient.pk)) == []


def test_model_inputs_where_part_is_known(api, users, patient_factory):
    patient = patient_factory()
    client = api("doctor")
    assert fired(sign(client, users, patient.pk, "MR_BRAIN")) == []
    genetic(users, patient, {"protein_markers": [{"marker": "ATRX", "value": "lost"}]}, "PROTEIN")
    code = draft_code("MR_BRAIN")
    [card] = sign(client, users, patient.pk, code).json()["cards"]
    assert card["source"]["topic"]["code"] == "model-inputs"
    order = card["suggestions"][0]["actions"][0]["resource"]
    assert order["code"]["coding"][0]["code"] == "GENETIC"
    assert fired(sign(client, users, patient.pk, draft_code("GENETIC"))) == []


def draft_code(job_type):
    return {"coding": [{"system": EXAMINATION_SYSTEM, "code": job_type}]}


def test_a_source_that_is_away_silences_its_rule_alone(api, users, due, settings):
    cache.delete(MODELS_CACHE_KEY)
    with responses.RequestsMock() as sent:
        sent.get(f"{settings.INFERENCE_URL}/models", status=500)
        answer = call(api("doctor"), "patient-view", users["doctor"], due.pk)
    assert fired(answer) == ["follow-up"]


def test_texts_are_cut_and_marked():
    assert len(shortened("x" * 500)) == 139
    assert escaped("a\n[b](c) *d*") == "a \\[b\\]\\(c\\) \\*d\\*"
