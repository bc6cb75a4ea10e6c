"""A merge that was wrong is undone: everything follows back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from alert.models import Notification
from emr import selectors
from emr.models import Encounter, Patient, PatientMerge, Prescription, RecordChange
from emr.services import care_team_add
from emr.services.charting import snapshot
from emr.services.patient_merging import merge_settle
from emr.tests.merge_rows import MERGES, URL, decide, lab_value, owners, visit_of
from rbac.models import Grant

pytestmark = pytest.mark.django_db


def test_an_undone_merge_leaves_everything_as_it_was(api, users, pair, merge):
    duplicate, stays = pair
    was = owners()
    before = {p.pk: snapshot(p) for p in Patient.objects.all()}
    pk = merge(duplicate, stays, fields={"full_name": "duplicate", "birth_date": "duplicate"})
    undone = decide(api("doctor"), pk, "undo").json()
    assert (undone["state"], undone["not_restored"]) == ("undone", [])
    assert owners() == was
    assert {p.pk: snapshot(p) for p in Patient.objects.all()} == before
    assert api("patient").get(f"{URL}{duplicate.pk}/").status_code == 200
    assert decide(api("admin"), pk, "undo").json()["error"]["code"] == "ERR_401"
    assert Notification.objects.filter(user=users["rib"], kind="merge_undone").exists()


def test_what_was_added_since_stays_unless_it_hangs_on_what_goes_back(api, users, pair, merge):
    duplicate, stays = pair
    old_visit, order = Encounter.objects.get(patient=duplicate), duplicate.orders.get()
    pk = merge(duplicate, stays)
    added = visit_of(stays, users)
    result = lab_value(order, stays)
    doctor = api("doctor")
    drug = {"patient": stays.pk, "drug": "Acetaminophen", "dose": "1", "frequency": "1", "days": 1}
    drug["encounter"] = old_visit.pk
    made = doctor.post("/api/emr/prescriptions/", drug, format="json")
    assert made.status_code == 201, made.json()
    changed = {"data": {"reason": "dizziness"}, "format": "json", "HTTP_IF_MATCH": '"1"'}
    doctor.patch(f"/api/emr/encounters/{old_visit.pk}/", **changed)
    decide(doctor, pk, "undo")
    for row, owner in (
        (added, stays),
        (old_visit, duplicate),
        (result, duplicate),
        (Prescription.objects.get(), duplicate),
        (RecordChange.objects.get(kind="encounter", row_id=old_visit.pk), duplicate),
        (RecordChange.objects.get(kind="prescription"), duplicate),
    ):
        row.refresh_from_db()
        assert row.patient_id == owner.pk, row


def test_what_was_given_to_somebody_else_meanwhile_stays_there(api, pair, merge, patient_factory):
    duplicate, stays = pair
    pk = merge(duplicate, stays)
    other = patient_factory()
    stays.studies.update(patient=other)
    decide(api("admin"), pk, "undo")
    assert (other.studies.count(), duplicate.studies.count()) == (1, 0)
    assert duplicate.orders.count() == 1


def test_a_field_that_was_changed_since_is_left_and_named(api, pair, merge):
    duplicate, stays = pair
    pk = merge(duplicate, stays, fields={"full_name": "duplicate", "phone": "duplicate"})
    stays.refresh_from_db()
    version = f'"{stays.version}"'
    changed = {"data": {"full_name": "홍길순"}, "format": "json", "HTTP_IF_MATCH": version}
    assert api("nurse").patch(f"{URL}{stays.pk}/", **changed).status_code == 200
    assert decide(api("admin"), pk, "undo").json()["not_restored"] == ["full_name"]
    stays.refresh_from_db()
    assert (stays.full_name, stays.phone) == ("홍길순", "")


def test_a_merge_is_undone_for_thirty_days(api, pair, merge):
    duplicate, stays = pair
    pk = merge(duplicate, stays)
    PatientMerge.objects.update(decided_at=timezone.now() - timedelta(days=30))
    refused = decide(api("admin"), pk, "undo")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "ERR_414")
    assert api("admin").get(f"{MERGES}{pk}/").json()["undo_until"] is None


def test_merges_in_a_row_are_undone_from_the_last(api, pair, merge, patient_factory):
    duplicate, stays = pair
    last = patient_factory()
    was = owners()
    first, second = merge(duplicate, stays), merge(Patient.objects.get(pk=stays.pk), last)
    assert selectors.patient_by_mrn(duplicate.patient_id) == last
    assert f"merged into {last.pk}" in api("doctor").get(f"{URL}{duplicate.pk}/").content.decode()
    assert api("doctor").get(MERGES).json()["count"] == 2
    assert Encounter.objects.filter(patient=last).count() == 2
    admin = api("admin")
    assert decide(admin, first, "undo").json()["error"]["code"] == "ERR_401"
    assert decide(admin, second, "undo").status_code == 200
    assert selectors.patient_by_mrn(duplicate.patient_id) == stays
    assert decide(admin, first, "undo").status_code == 200
    assert owners() == was


def test_what_was_written_while_the_merge_committed_comes_along_and_goes_back(
    api, users, pair, merge
):
    duplicate, stays = pair
    pk = merge(duplicate, stays)
    late = visit_of(duplicate, users)
    merge_settle(duplicate_id=duplicate.pk)
    late.refresh_from_db()
    assert late.patient == stays
    decide(api("admin"), pk, "undo")
    late.refresh_from_db()
    assert late.patient == duplicate


def test_a_share_of_the_duplicate_is_one_of_the_patient(api, pair, merge):
    duplicate, stays = pair
    pk = merge(duplicate, stays)
    assert api("external").get(f"{URL}{stays.pk}/").status_code == 200
    decide(api("admin"), pk, "undo")
    assert api("external").get(f"{URL}{stays.pk}/").status_code == 404
    assert Grant.objects.get().patient_id == duplicate.pk


def test_who_was_restricted_since_the_merge_stays_so_in_both_records(api, users, pair, merge):
    duplicate, stays = pair
    pk = merge(duplicate, stays)
    team = {users["admin"].pk, users["doctor"].pk}
    for user in team:
        care_team_add(patient=stays, user_id=user)
    Patient.objects.filter(pk=stays.pk).update(restricted=True)
    undone = decide(api("admin"), pk, "undo").json()
    assert "restricted" in undone["not_restored"]
    found = Patient.objects.get(pk=duplicate.pk)
    assert found.restricted
    assert team <= {member.user_id for member in selectors.care_team(found.pk)}
    assert api("rib").get(f"{URL}{duplicate.pk}/").status_code == 404
