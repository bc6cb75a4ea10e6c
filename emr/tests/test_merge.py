"""Two records of one person become one, by two persons."""

from __future__ import annotations

from threading import Thread

import pytest
from django.apps import apps
from django.db import connection, models

from alert.models import Notification
from audit.models import AuditLog
from audit.services.patient_records import logs_of_patients
from emr import selectors, services
from emr.models import CareTeamMember, Patient, PatientMerge
from emr.services import moved_rows
from emr.tests.factories import encounter_body
from emr.tests.merge_rows import MERGES, URL, decide, owners, propose
from rbac import services as grants
from rbac.models import OrderAccess

pytestmark = pytest.mark.django_db


def test_the_preview_says_what_follows_and_what_differs(api, pair):
    duplicate, stays = pair
    query = {"survivor": stays.pk, "duplicate": duplicate.pk}
    shown = api("doctor").get(f"{MERGES}preview/", query).json()
    differing = {field["name"] for field in shown["fields"] if field["differs"]}
    assert differing == {"full_name", "phone"}
    assert shown["follows"] == {
        "emr.CareTeamMember": 2,
        "emr.Encounter": 1,
        "emr.RecordChange": 2,
        "lis.LabValue": 1,
        "ocs.Order": 1,
        "pacs.Study": 1,
        "rbac.Grant": 1,
        "rbac.OrderAccess": 1,
    }
    assert (shown["obstacles"], shown["warnings"]) == ([], ["account_moves"])
    record = AuditLog.objects.get(action="merge.preview")
    assert record.detail["patients"] == sorted([stays.pk, duplicate.pk])


def test_everything_of_the_duplicate_belongs_to_the_one_that_stays(api, users, pair, merge):
    duplicate, stays = pair
    merge(duplicate, stays, fields={"phone": "duplicate"})
    left = {place for place, owner in owners().items() if owner == duplicate.pk}
    assert {label for label, *_ in left} == {"emr.CareTeamMember"}  # of both teams
    team = CareTeamMember.objects.filter(patient=stays).values_list("user_id", flat=True)
    assert set(team) == {users["doctor"].pk, users["nurse"].pk}
    stays.refresh_from_db()
    assert (stays.user, stays.phone) == (users["patient"], "010-1234-5678")
    assert stays.full_name == "Gildong Hong"
    for role in ("patient", "external", "doctor"):
        assert [p["id"] for p in api(role).get(URL).json()["results"]] == [stays.pk]
    for action in ("merge.propose", "patient.merge"):
        record = AuditLog.objects.get(action=action)
        assert record.detail["patients"] == sorted([stays.pk, duplicate.pk])
    assert Notification.objects.get(user=users["rib"]).kind == "merge_done"


def test_a_merged_record_says_where_it_went_and_takes_nothing(api, pair, merge):
    duplicate, stays = pair
    merge(duplicate, stays)
    doctor = api("doctor")
    for answer in (
        doctor.get(f"{URL}{duplicate.pk}/"),
        doctor.post("/api/emr/encounters/", encounter_body(duplicate.pk), format="json"),
        doctor.post(
            "/api/ocs/orders/",
            {"patient": duplicate.pk, "job_role": "RIS", "job_type": "MR_BRAIN"},
            format="json",
        ),
        propose(doctor, duplicate, stays),
    ):
        assert answer.status_code == 409
        error = answer.json()["error"]
        assert (error["code"], error["detail"]) == ("ERR_307", f"merged into {stays.pk}")
    Patient.objects.filter(pk=stays.pk).update(restricted=True)
    assert api("rib").get(f"{URL}{duplicate.pk}/").status_code == 404


@pytest.mark.parametrize("query", ["홍길동", "길동", "5678", "{mrn}", "Gildong"])
def test_the_former_name_and_number_find_the_patient(api, pair, merge, query):
    duplicate, stays = pair
    merge(duplicate, stays)
    found = api("doctor").get(f"{URL}search/", {"q": query.format(mrn=duplicate.patient_id)})
    [patient] = found.json()["results"]
    assert patient["id"] == stays.pk
    assert [former["patient_id"] for former in patient["formerly"]] == [duplicate.patient_id]
    assert selectors.patient_by_mrn(duplicate.patient_id) == stays


def test_who_saw_the_patient_includes_who_saw_the_duplicate(api, pair, merge):
    """The records stay as they were written."""
    duplicate, stays = pair
    api("nurse").get(f"{URL}{duplicate.pk}/")
    merge(duplicate, stays)
    record = AuditLog.objects.get(action="patient.read")
    assert record.patient_id == duplicate.pk
    assert record in logs_of_patients(AuditLog.objects.all(), [stays.pk])
    listed = api("admin").get(
        "/api/audit/logs/", {"patient_id": stays.pk, "action": "patient.read"}
    )
    assert [row["id"] for row in listed.json()["results"]] == [record.pk]


def test_the_proposer_does_not_confirm_and_nobody_twice(api, users, pair):
    duplicate, stays = pair
    doctor, admin = api("doctor"), api("admin")
    pk = propose(doctor, duplicate, stays).json()["id"]
    assert Notification.objects.get(user=users["admin"]).kind == "merge_proposed"
    refused = decide(doctor, pk, "confirm")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "ERR_413")
    assert decide(api("nurse"), pk, "confirm").status_code == 403
    assert propose(doctor, stays, duplicate).json()["error"]["code"] == "ERR_302"
    assert decide(admin, pk, "confirm").status_code == 200
    for what in ("confirm", "reject"):
        assert decide(admin, pk, what).json()["error"]["code"] == "ERR_401"


def test_a_rejected_merge_changes_nothing(api, users, pair):
    duplicate, stays = pair
    before = owners()
    pk = propose(api("doctor"), duplicate, stays).json()["id"]
    assert decide(api("admin"), pk, "reject").json()["state"] == "rejected"
    assert owners() == before
    assert decide(api("admin"), pk, "undo").status_code == 409
    assert Notification.objects.get(user=users["doctor"]).kind == "merge_rejected"


def test_refusals(api, users, pair, patient_factory):
    duplicate, stays = pair
    doctor = api("doctor")
    same = propose(doctor, stays, stays)
    assert (same.status_code, same.json()["error"]["detail"]) == (409, "same_record")
    both = propose(doctor, duplicate, patient_factory(user=users["nurse"]))
    assert both.json()["error"]["detail"] == "both_have_accounts"
    assert propose(doctor, duplicate, stays, survivor_version=9).status_code == 409
    for bad in ({"fields": {"patient_id": "duplicate"}}, {"fields": {"phone": "x"}}, {"x": 1}):
        assert propose(doctor, duplicate, stays, **bad).status_code == 400
    assert propose(doctor, duplicate, stays, reason=" ").status_code == 400
    assert propose(api("nurse"), duplicate, stays).status_code == 403
    closed = patient_factory(restricted=True)
    assert propose(api("rib"), duplicate, closed).status_code == 404
    assert not PatientMerge.objects.exists()


def test_a_record_that_was_changed_since_is_not_merged(api, pair):
    duplicate, stays = pair
    for patient in pair:
        pk = propose(api("doctor"), duplicate, stays).json()["id"]
        changed = {"data": {"address": "서울"}, "format": "json", "HTTP_IF_MATCH": '"1"'}
        assert api("nurse").patch(f"{URL}{patient.pk}/", **changed).status_code == 200
        refused = decide(api("admin"), pk, "confirm")
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "ERR_301")
        decide(api("admin"), pk, "reject")


def test_what_was_restricted_stays_restricted(api, users, pair, merge):
    duplicate, stays = pair
    Patient.objects.filter(pk=duplicate.pk).update(restricted=True)
    OrderAccess.objects.all().delete()
    for role in ("rib", "admin"):
        services.care_team_add(patient=duplicate, user_id=users[role].pk)
    pk = merge(duplicate, stays)
    assert api("rib").get(f"{URL}{stays.pk}/").json()["restricted"] is True
    assert api("lab").get(f"{URL}{stays.pk}/").status_code == 404
    assert api("lab").get(f"{URL}{duplicate.pk}/").status_code == 404
    assert decide(api("admin"), pk, "undo").status_code == 200
    assert api("lab").get(f"{URL}{stays.pk}/").json()["restricted"] is False
    assert api("lab").get(f"{URL}{duplicate.pk}/").status_code == 404


def test_a_broken_glass_makes_nobody_part_of_the_care_team(users, pair, merge):
    """Else an hour's look at a closed record would become one for good."""
    duplicate, stays = pair
    Patient.objects.filter(pk=stays.pk).update(restricted=True)
    services.care_team_add(patient=stays, user_id=users["admin"].pk)
    grants.grant_break_glass(actor=users["rib"], patient_id=stays.pk, reason="emergency")
    merge(duplicate, stays)
    assert not CareTeamMember.objects.filter(user=users["rib"]).exists()


def test_every_column_that_names_a_patient_moves_or_is_kept_for_a_reason():
    moving = {f"{column.label}.{column.name}" for column in moved_rows.moving_columns()}
    found = {f"{model._meta.label}.{name}" for model, name in moved_rows.foreign_keys()}
    found |= {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.managed
        for field in model._meta.concrete_fields
        if field.name == "patient_id" and isinstance(field, models.IntegerField)
    }
    assert found == moving | moved_rows.KEPT.keys()
    assert not moving & moved_rows.KEPT.keys()
    assert all(len(reason) > 10 for reason in moved_rows.KEPT.values())


def test_histories_name_their_rows_as_the_models_do():
    kinds = {column.label for column in moved_rows.moving_columns()}
    assert moved_rows.HISTORIES.keys() <= kinds
    assert {label for label in moved_rows.ALONG if not apps.get_model(label)} == set()


@pytest.mark.django_db(transaction=True)
def test_of_two_confirmations_at_once_one_wins(api, pair):
    duplicate, stays = pair
    pk = propose(api("doctor"), duplicate, stays).json()["id"]
    clients, codes = [api("admin"), api("rib")], []

    def confirm(client):
        codes.append(decide(client, pk, "confirm").status_code)
        connection.close()

    threads = [Thread(target=confirm, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200, 409]
    assert PatientMerge.objects.get().state == "merged"
