"""What speaks against a prescription is said before it is written."""

from __future__ import annotations

import unicodedata

import pytest

from audit.models import AuditLog
from emr.models import Allergy, Prescription
from emr.selectors import formulary
from emr.tests import factories as make

URL = "/api/emr/prescriptions/"


@pytest.fixture
def prescribe(api, patient_factory):
    patient, doctor = patient_factory(), api("doctor")

    def send(drug, url=URL, **fields):
        body = make.prescription_body(patient.pk, drug=drug, **fields)
        if url != URL:
            body = {"patient": patient.pk, "drug": drug} | fields
        return doctor.post(url, body, format="json")

    send.patient = patient
    return send


def _warned(answer):
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "ERR_420")
    return error["detail"].split(", ")


def test_an_interaction_is_acknowledged_with_a_reason_and_kept(prescribe):
    assert prescribe("와파린정 2 mg").status_code == 201
    [code] = _warned(prescribe("Aspirin", drug_code="B01AC06"))
    assert code == "interaction:B01AA03"
    [shown] = prescribe("Aspirin", f"{URL}check/", drug_code="B01AC06").json()
    assert (shown["severity"], shown["about"]) == ("major", "Warfarin")
    assert shown["source"]
    unexplained = prescribe("Aspirin", drug_code="B01AC06", acknowledged=[code])
    assert unexplained.json()["error"]["field"] == "reason"
    written = prescribe("Aspirin", drug_code="B01AC06", acknowledged=[code], reason="stent")
    assert written.status_code == 201
    assert [w["code"] for w in written.json()["warnings"]] == [code]
    assert written.json()["warnings_reason"] == "stent"


def test_an_allergy_by_class_and_by_name(api, users, prescribe):
    for fields in ({"code_system": "ATC", "code": "J01C"}, {"substance": "ibuprofen"}):
        body = make.allergy_body(prescribe.patient.pk, **fields)
        assert api("doctor").post("/api/emr/allergies/", body, format="json").status_code == 201
    by_class, by_name = Allergy.objects.order_by("pk")
    assert _warned(prescribe("Amoxicillin 500 mg")) == [f"allergy:{by_class.pk}"]
    assert _warned(prescribe("Ibuprofen 400 mg")) == [f"allergy:{by_name.pk}"]
    Allergy.objects.update(status="resolved")
    assert prescribe("Amoxicillin 500 mg").status_code == 201


def test_the_same_drug_twice(prescribe):
    first = prescribe("Levetiracetam 500 mg").json()
    assert _warned(prescribe("keppra", drug_code="N03AX14")) == [f"duplicate:{first['id']}"]
    Prescription.objects.update(prescribed_at="2020-01-01T00:00:00Z")
    assert prescribe("keppra", drug_code="N03AX14").status_code == 201


def test_the_daily_dose(prescribe):
    assert _warned(prescribe("Acetaminophen", daily_mg=4000.5)) == ["dose"]
    assert prescribe("Acetaminophen", daily_mg=4000).status_code == 201


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"drug_code": "Z99ZZ99"}, "drug_code"),
        ({"daily_mg": "NaN"}, "daily_mg"),
        ({"daily_mg": -1}, "daily_mg"),
        ({"daily_g": 4}, "daily_g"),
    ],
)
def test_a_bad_value_is_refused(prescribe, fields, field):
    answer = prescribe("Acetaminophen", **fields)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


def test_the_table_is_whole():
    assert len(formulary.interactions()) >= 40
    for pair, known in formulary.interactions().items():
        assert pair <= formulary.drugs().keys()
        assert len(pair) == 2
        assert known.source
    assert all(d.source for d in formulary.drugs().values() if d.max_daily_mg)


def test_the_formulary_is_searched(api):
    found = api("doctor").get("/api/emr/drugs/", {"q": "와파"}).json()
    assert [d["atc"] for d in found] == ["B01AA03"]


def test_code_and_text_name_the_same_drug(prescribe):
    answer = prescribe("Warfarin 5 mg", drug_code="N02BE01")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "drug_code")


@pytest.mark.parametrize("substance", ["Aspirin (hives)", "아스피린 알레르기", "ASPIRIN"])
def test_an_allergy_is_found_however_it_is_written(api, prescribe, substance):
    body = make.allergy_body(prescribe.patient.pk, substance=substance)
    assert api("doctor").post("/api/emr/allergies/", body, format="json").status_code == 201
    assert len(_warned(prescribe("Tab. Aspirin 100 mg"))) == 1


@pytest.mark.parametrize("text", ["Tab. Warfarin 5mg", unicodedata.normalize("NFD", "와파린 5 mg")])
def test_a_drug_is_found_inside_what_is_typed(text):
    assert formulary.drug_named(text).atc == "B01AA03"


def test_a_part_of_a_word_is_no_drug():
    names = sorted(drug.name for drug in formulary.drugs().values() if " " not in drug.name)
    assert formulary.drug_named("x".join(names)) is None


def test_nothing_but_a_shorter_time_changes_in_a_prescription(api, prescribe):
    row = prescribe("Acetaminophen", days=7).json()
    doctor, url = api("doctor"), f"{URL}{row['id']}/"
    for change in ({"dose": "5000 mg"}, {"frequency": "hourly"}, {"days": 365}):
        answer = doctor.patch(url, change, format="json", HTTP_IF_MATCH='"1"')
        assert answer.status_code == 400, change
    answer = doctor.patch(url, {"days": 3}, format="json", HTTP_IF_MATCH='"1"')
    assert (answer.status_code, answer.json()["days"]) == (200, 3)


def test_a_refusal_that_tells_what_a_patient_takes_is_on_record(prescribe):
    prescribe("Warfarin")
    _warned(prescribe("Aspirin", drug_code="B01AC06"))
    [record] = AuditLog.objects.filter(action="prescription.check")
    assert record.patient_id == prescribe.patient.pk
