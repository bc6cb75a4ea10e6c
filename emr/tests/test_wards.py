"""Wards, beds, transfers, and the nurse station's board."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import AuditLog
from emr.models import Allergy, BedStay, CareTeamMember, Encounter, RecordChange, Vitals, Ward
from emr.selectors.patient_summary import NO_KNOWN_ALLERGY
from emr.tests.factories import in_bed, inpatient

WARDS = "/api/emr/wards/"
STAYS = "/api/emr/stays/"
BODY = {"code": "5W", "name_ko": "신경외과 병동", "name_en": "Ward 5W", "beds": ["501-1", "501-2"]}


@pytest.fixture
def ward(db):
    return Ward.objects.create(**BODY)


def board(client, ward):
    response = client.get(f"{WARDS}{ward.pk}/board/")
    assert response.status_code == 200
    return {bed["bed"]: bed for bed in response.json()["beds"]}


def take(client, encounter, ward, bed):
    return client.post(
        STAYS, {"encounter": encounter.pk, "ward": ward.pk, "bed": bed}, format="json"
    )


def move(client, stay, step, version, **body):
    return client.post(
        f"{STAYS}{stay}/{step}/", body, headers={"If-Match": f'"{version}"'}, format="json"
    )


def test_an_administrator_makes_a_ward_and_keeps_its_occupied_beds(api, users, patient_factory):
    admin = api("admin")
    made = admin.post(WARDS, BODY, format="json")
    assert made.status_code == 201
    assert admin.post(WARDS, BODY, format="json").status_code == 409
    assert (
        admin.post(WARDS, BODY | {"code": "6W", "beds": ["1-a", "1-A"]}, format="json").status_code
        == 400
    )
    ward = Ward.objects.get()
    in_bed(ward, "501-1", patient_factory(), users["doctor"])
    change = f"{WARDS}{ward.pk}/"
    match = {"If-Match": '"1"'}
    refused = admin.patch(change, {"beds": ["501-2"]}, headers=match, format="json")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "ERR_432")
    assert admin.patch(change, {"active": False}, headers=match, format="json").status_code == 409
    assert admin.patch(change, {"beds": ["501-1"]}, headers=match, format="json").status_code == 200
    assert admin.patch(change, {"beds": ["501-1"]}, headers=match, format="json").status_code == 409


def test_a_bed_holds_one_patient_and_a_patient_one_bed(api, users, patient_factory, ward):
    nurse, first = api("nurse"), inpatient(patient_factory(), users["doctor"])
    second = inpatient(patient_factory(), users["doctor"])
    assert take(nurse, first, ward, "501-1").status_code == 201
    assert take(nurse, second, ward, "501-1").json()["error"]["code"] == "ERR_430"
    assert take(nurse, first, ward, "501-2").json()["error"]["code"] == "ERR_430"
    another = inpatient(first.patient, users["doctor"])
    assert take(nurse, another, ward, "501-2").json()["error"]["field"] == "encounter"
    assert take(nurse, second, ward, "999").json()["error"]["field"] == "bed"
    visit = inpatient(patient_factory(), users["doctor"], kind="outpatient")
    assert take(nurse, visit, ward, "501-2").json()["error"]["field"] == "encounter"
    early = {"started_at": (second.started_at - timedelta(hours=1)).isoformat()}
    body = {"encounter": second.pk, "ward": ward.pk, "bed": "501-2"}
    assert nurse.post(STAYS, body | early, format="json").json()["error"]["field"] == "started_at"


def test_a_transfer_and_the_discharge_leave_a_history(api, users, patient_factory, ward):
    nurse, patient = api("nurse"), patient_factory()
    stay = in_bed(ward, "501-1", patient, users["doctor"])
    to = {"ward": ward.pk, "bed": "501-2", "reason": "window"}
    assert move(nurse, stay.pk, "transfer", 9, **to).json()["error"]["code"] == "ERR_301"
    moved = move(nurse, stay.pk, "transfer", 1, **to).json()
    assert move(nurse, stay.pk, "transfer", 2, **to).json()["error"]["code"] == "ERR_401"
    assert move(nurse, moved["id"], "end", 1, discharge=True).status_code == 403
    assert move(api("doctor"), moved["id"], "end", 1, discharge=True).status_code == 200
    history = nurse.get(STAYS, {"patient": patient.pk}).json()["results"]
    assert [row["bed"] for row in history] == ["501-2", "501-1"]
    assert history[1]["ended_at"] == history[0]["started_at"]
    visit = Encounter.objects.get(pk=stay.encounter_id)
    assert visit.ended_at is not None
    assert RecordChange.objects.filter(kind="encounter", row_id=visit.pk).exists()
    assert nurse.get(STAYS, {"open": "true"}).json()["count"] == 0
    assert {bed["state"] for bed in board(nurse, ward).values()} == {"free"}


def test_a_bed_is_freed_without_the_end_of_the_encounter(api, users, patient_factory, ward):
    stay = in_bed(ward, "501-1", patient_factory(), users["doctor"])
    assert move(api("nurse"), stay.pk, "end", 1).status_code == 200
    assert Encounter.objects.get(pk=stay.encounter_id).ended_at is None
    assert board(api("nurse"), ward)["501-1"]["state"] == "free"


def test_an_encounter_that_ends_elsewhere_frees_the_bed(api, users, patient_factory, ward):
    stay = in_bed(ward, "501-1", patient_factory(), users["doctor"])
    Encounter.objects.filter(pk=stay.encounter_id).update(ended_at=timezone.now())
    nurse = api("nurse")
    assert board(nurse, ward)["501-1"]["state"] == "free"
    other = inpatient(patient_factory(), users["doctor"])
    assert take(nurse, other, ward, "501-1").status_code == 201
    assert move(nurse, stay.pk, "end", 1).status_code == 409
    shown = nurse.get(STAYS, {"encounter": stay.encounter_id}).json()["results"]
    assert shown[0]["ended_at"] is not None
    assert BedStay.objects.occupying().count() == 1


def test_the_board_shows_how_a_patient_is(api, users, patient_factory, ward):
    doctor, patient = users["doctor"], patient_factory()
    in_bed(ward, "501-1", patient, doctor)
    now = timezone.now()
    by = {"patient": patient, "recorded_by": users["nurse"]}
    Vitals.objects.create(**by, measured_at=now - timedelta(hours=5), heart_rate=70, weight_kg=61)
    Vitals.objects.create(
        **by,
        measured_at=now,
        heart_rate=118,
        respiratory_rate=22,
        temperature_c="38.4",
        spo2_percent=93,
        systolic_mmhg=105,
        consciousness="alert",
        supplemental_oxygen=True,
    )
    Allergy.objects.create(**by, category="drug", substance="Penicillin")
    Allergy.objects.create(**by, category="drug", substance="Latex", status="resolved")
    nurse = api("nurse")
    shown = board(nurse, ward)["501-1"]["bedside"]
    values = {row["measure"]: (row["value"], row["flag"]) for row in shown["latest"]}
    assert values["heart_rate"] == (118, "high")
    assert values["weight_kg"] == (61, None)
    assert (shown["news"]["score"], shown["news"]["risk"]) == (2 + 2 + 1 + 2 + 2 + 1, "high")
    assert [row["substance"] for row in shown["allergies"]] == ["Penicillin"]
    log = AuditLog.objects.filter(action="ward.board").latest("id")
    assert log.patient_id == patient.pk


def test_the_board_tells_no_known_allergy_from_one_and_from_none_asked(
    api, users, patient_factory, ward
):
    patient, nurse = patient_factory(), api("nurse")
    in_bed(ward, "501-1", patient, users["doctor"])
    by = {"patient": patient, "recorded_by": users["nurse"]}

    def shown():
        bedside = board(nurse, ward)["501-1"]["bedside"]
        return bedside["allergy_state"], [row["substance"] for row in bedside["allergies"]]

    assert shown() == ("not_recorded", [])
    Allergy.objects.create(
        **by, category="other", substance="No known allergy", code=NO_KNOWN_ALLERGY
    )
    assert shown() == ("none_known", [])
    Allergy.objects.create(**by, category="drug", substance="Latex", severity="mild")
    Allergy.objects.create(**by, category="drug", substance="Penicillin", severity="severe")
    assert shown() == ("recorded", ["Penicillin", "Latex"])
    Allergy.objects.filter(patient=patient).update(status="resolved")
    assert shown() == ("resolved", [])


def test_a_restricted_patient_is_a_taken_bed_to_others(api, users, patient_factory, ward):
    patient = patient_factory()
    in_bed(ward, "501-1", patient, users["doctor"])
    patient.restricted = True
    patient.save()
    nurse = api("nurse")
    assert board(nurse, ward)["501-1"] == {"bed": "501-1", "state": "hidden", "bedside": None}
    CareTeamMember.objects.create(patient=patient, user=users["nurse"])
    assert board(nurse, ward)["501-1"]["bedside"]["patient"]["restricted"]


def test_the_board_costs_the_same_for_sixty_patients(api, users, patient_factory):
    beds = [f"{room}-{bed}" for room in range(501, 516) for bed in range(1, 5)]
    ward = Ward.objects.create(code="5E", name_ko="병동", name_en="Ward", beds=beds)
    nurse, now = api("nurse"), timezone.now()

    def fill(some):
        for bed in some:
            patient = patient_factory()
            in_bed(ward, bed, patient, users["doctor"])
            by = {"patient": patient, "recorded_by": users["nurse"]}
            Vitals.objects.create(**by, measured_at=now, heart_rate=70)
            Allergy.objects.create(**by, category="drug", substance="Penicillin")

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            board(nurse, ward)
        return len(seen)

    fill(beds[:2])
    few = queries()
    fill(beds[2:])
    assert queries() == few
    assert few <= 30
    log = AuditLog.objects.filter(action="ward.board").latest("id")
    assert len(log.detail["patients"]) == 60
