"""Two records of one person become one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from audit.models import AuditLog
from emr import selectors, services
from emr.models import CareTeamMember, Encounter, Patient
from rbac import services as grants

pytestmark = pytest.mark.django_db
URL = "/api/emr/patients/"


def _merge(client, duplicate, into, version=1):
    url = f"{URL}{duplicate.pk}/merge/"
    return client.post(url, {"into": into.pk}, format="json", headers={"If-Match": str(version)})


@pytest.fixture
def pair(users, patient_factory):
    """A duplicate with a visit, a study, a share, a team and a login, and the record that stays."""
    duplicate, stays = patient_factory(user=users["patient"]), patient_factory()
    Encounter.objects.create(
        patient=duplicate,
        kind="outpatient",
        reason="headache",
        clinician=users["doctor"],
        started_at=timezone.now(),
    )
    apps.get_model("pacs.Study").objects.create(
        study_instance_uid="1.2.3",
        orthanc_id="x",
        patient=duplicate,
        dicom_patient_id=duplicate.patient_id,
        last_instance_at=timezone.now(),
    )
    grants.grant_share(
        actor=users["admin"],
        grantee_id=users["external"].pk,
        expires_at=timezone.now() + timedelta(days=1),
        patient_id=duplicate.pk,
    )
    for patient in (duplicate, stays):
        services.care_team_add(patient=patient, user_id=users["doctor"].pk)
    services.care_team_add(patient=duplicate, user_id=users["nurse"].pk)
    return duplicate, stays


def test_everything_of_the_duplicate_belongs_to_the_one_that_stays(api, users, pair):
    duplicate, stays = pair
    answer = _merge(api("admin"), duplicate, stays)
    assert (answer.status_code, answer.json()["id"]) == (200, stays.pk)
    assert Encounter.objects.get().patient == stays
    assert apps.get_model("pacs.Study").objects.get().patient == stays
    team = CareTeamMember.objects.values_list("patient_id", "user_id")
    assert set(team) == {(stays.pk, users["doctor"].pk), (stays.pk, users["nurse"].pk)}
    assert Patient.objects.get(user=users["patient"]) == stays
    for role in ("patient", "external", "doctor"):
        assert [p["id"] for p in api(role).get(URL).json()["results"]] == [stays.pk]
        assert api(role).get(f"{URL}{duplicate.pk}/").status_code == 404
    assert AuditLog.objects.get(action="patient.merge").object_id == str(duplicate.pk)


def test_what_was_written_while_the_merge_committed_comes_along(api, users, pair):
    duplicate, stays = pair
    _merge(api("admin"), duplicate, stays)
    Encounter.objects.update(patient=duplicate)
    services.merge_settle(duplicate_id=duplicate.pk)
    assert Encounter.objects.get().patient == stays


def test_images_that_come_later_under_the_old_number_find_the_patient(api, pair, patient_factory):
    duplicate, stays = pair
    last = patient_factory()
    assert _merge(api("rib"), duplicate, stays).status_code == 200
    assert selectors.patient_by_mrn(duplicate.patient_id) == stays
    stays.refresh_from_db()
    assert _merge(api("rib"), stays, last, stays.version).status_code == 200
    assert selectors.patient_by_mrn(duplicate.patient_id) == last
    assert selectors.patient_by_mrn(stays.patient_id) == last


def test_what_was_restricted_stays_restricted(api, users, pair):
    duplicate, stays = pair
    for closed in (duplicate, stays):
        Patient.objects.filter(pk__in=(duplicate.pk, stays.pk)).update(restricted=False)
        Patient.objects.filter(pk=closed.pk).update(restricted=True)
        assert _merge(api("rib"), duplicate, stays).status_code == 404
    assert Encounter.objects.get().patient == duplicate
    Patient.objects.filter(pk=stays.pk).update(restricted=False)
    Patient.objects.filter(pk=duplicate.pk).update(restricted=True)
    services.care_team_add(patient=duplicate, user_id=users["rib"].pk)
    assert _merge(api("rib"), duplicate, stays).json()["restricted"] is True
    assert api("rib").get(f"{URL}{stays.pk}/").status_code == 200
    assert api("admin").get(f"{URL}{stays.pk}/").status_code == 404


def test_refusals(api, users, pair, patient_factory):
    duplicate, stays = pair
    admin = api("admin")
    assert _merge(admin, duplicate, duplicate).json()["error"]["code"] == "ERR_401"
    assert _merge(admin, duplicate, stays, version=9).status_code == 409
    url = f"{URL}{duplicate.pk}/merge/"
    assert admin.post(url, {"into": stays.pk}, format="json").status_code == 428
    other = patient_factory(user=users["nurse"])
    assert _merge(admin, duplicate, other).json()["error"]["code"] == "ERR_401"
    assert _merge(api("doctor"), duplicate, stays).status_code == 403
    assert Encounter.objects.get().patient == duplicate


def test_a_broken_glass_makes_nobody_part_of_the_care_team(api, users, pair):
    """Else an hour's look at a closed record would become one for good."""
    duplicate, stays = pair
    Patient.objects.filter(pk=stays.pk).update(restricted=True)
    grants.grant_break_glass(actor=users["rib"], patient_id=stays.pk, reason="emergency")
    assert _merge(api("rib"), duplicate, stays).status_code == 200
    assert not CareTeamMember.objects.filter(user=users["rib"]).exists()
