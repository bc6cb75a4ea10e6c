"""Stable studies, unmatched studies, and who may say whose they are."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from alert.models import Notification
from audit.models import AuditLog
from common.outbox import registry
from common.outbox.models import OutboxEvent
from ocs.models import Order
from pacs import tasks
from pacs.events import STUDY_STABLE
from pacs.index import change_feed, stability
from pacs.models import QuarantinedStudy, Study
from pacs.tests import index
from pacs.tests.dicom_files import mr_image, part10

pytestmark = pytest.mark.django_db
LIST = "/api/ris/unmatched/"
QUIET = timedelta(seconds=stability.STABLE_AGE_S + 1)


def url(study):
    return f"{LIST}{study.study_instance_uid}/match/"


@pytest.fixture
def listener():
    @registry.subscribe(STUDY_STABLE, queue="django_tasks")
    def heard(_):
        pass

    name = f"{heard.__module__}.{heard.__name__}"
    yield lambda: OutboxEvent.objects.filter(handler=name)
    registry._by_name.pop(name)


@pytest.fixture
def unmatched(db):
    return index.study(None, last_instance_at=timezone.now() - QUIET)


def test_a_quiet_study_becomes_stable_once(listener, patient_factory):
    quiet = index.study(patient_factory(), last_instance_at=timezone.now() - QUIET)
    busy = index.study(patient_factory())
    assert [stability.studies_settle(), stability.studies_settle()] == [1, 0]
    quiet.refresh_from_db()
    busy.refresh_from_db()
    assert quiet.stable_at is not None
    assert busy.stable_at is None
    assert [e.payload for e in listener()] == [{"study_id": quiet.pk}]
    assert Notification.objects.count() == 0


def test_a_new_instance_makes_a_study_unstable_again(archive):
    image = mr_image()
    archive.store(part10(image))
    change_feed.changes_poll()
    Study.objects.update(stable_at=timezone.now())
    archive.store(part10(mr_image(StudyInstanceUID=image.StudyInstanceUID, PatientID="T-UNKNOWN")))
    change_feed.changes_poll()
    assert Study.objects.get().stable_at is None


def test_an_unmatched_study_alerts_radiology_and_administrators_once(users, unmatched):
    tasks.mark_stable()
    Study.objects.update(stable_at=None)
    tasks.mark_stable()
    answers = Notification.objects.filter(kind="study_unmatched")
    assert sorted(n.user.role for n in answers) == ["admin", "rib"]
    assert {n.params["study_id"] for n in answers} == {unmatched.pk}
    assert {n.link for n in answers} == {f"/unmatched?study={unmatched.study_instance_uid}"}


def test_that_alert_names_the_patient_of_the_files_then_the_matched_one(
    api, users, unmatched, patient_factory
):
    Study.objects.update(dicom_patient_name="Kim^Minjun=김^민준", dicom_patient_id="U-1")
    tasks.mark_stable()

    def patient_named():
        [alert] = api("rib").get("/api/alert/notifications/").json()["results"]
        return alert["about"]["patient"]

    assert patient_named() == {"id": None, "patient_id": "U-1", "full_name": "김민준"}
    patient = patient_factory()
    Study.objects.update(patient=patient)
    assert patient_named()["patient_id"] == patient.patient_id


def test_a_patient_registered_later_gets_the_study(patient_factory, unmatched, users):
    held = index.study(None, last_instance_at=timezone.now() - QUIET)
    QuarantinedStudy.objects.create(
        study_instance_uid=held.study_instance_uid, uploaded_by=users["external"]
    )
    tasks.mark_stable()
    same = {"full_name": "김민준", "birth_date": date(1974, 3, 2)}
    patient = patient_factory(patient_id=unmatched.dicom_patient_id, **same)
    patient_factory(patient_id=held.dicom_patient_id, **same)
    tasks.mark_stable()
    unmatched.refresh_from_db()
    held.refresh_from_db()
    assert (unmatched.patient, unmatched.version) == (patient, 2)
    assert held.patient is None
    assert AuditLog.objects.get(action="study.match").patient_id == patient.pk


def test_the_list(api, unmatched, patient_factory):
    index.series(unmatched, slices=4)
    index.study(patient_factory())
    body = api("rib").get(LIST).json()
    assert body["count"] == 1
    assert body["results"][0]["study_instance_uid"] == unmatched.study_instance_uid
    assert body["results"][0]["dicom_patient_id"] == unmatched.dicom_patient_id
    assert body["results"][0]["instances"] == 4
    assert AuditLog.objects.filter(action="study.list_unmatched").count() == 1


@pytest.mark.parametrize("role", ["doctor", "lab", "nurse", "patient", "external"])
def test_nobody_else_sees_or_matches(api, unmatched, role):
    assert api(role).get(LIST).status_code == 403
    assert api(role).post(url(unmatched), {"patient_id": "x"}, format="json").status_code == 403
    assert api(role).get(f"/api/ris/studies/{unmatched.study_instance_uid}/").status_code in (
        403,
        404,
    )


def test_a_person_matches(api, unmatched, patient_factory, users):
    patient = patient_factory()
    order = Order.objects.create(
        accession_number=unmatched.accession_number,
        patient=patient,
        job_role="RIS",
        job_type="MR",
        ordered_by=users["doctor"],
        ordered_at=timezone.now(),
    )
    QuarantinedStudy.objects.create(
        study_instance_uid=unmatched.study_instance_uid, uploaded_by=users["external"]
    )
    response = api("rib").post(url(unmatched), {"patient_id": patient.patient_id}, format="json")
    assert response.status_code == 200, response.json()
    assert response.json()["patient"]["patient_id"] == patient.patient_id
    assert response.json()["order"] == order.pk
    unmatched.refresh_from_db()
    assert (unmatched.patient, unmatched.order, unmatched.version) == (patient, order, 2)
    assert QuarantinedStudy.objects.count() == 0
    record = AuditLog.objects.get(action="study.match")
    assert (record.patient_id, record.actor_role) == (patient.pk, "rib")
    again = api("admin").post(url(unmatched), {"patient_id": patient.patient_id}, format="json")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "ERR_401")


def test_matching_needs_a_patient_and_a_study_that_are_seen(api, unmatched, patient_factory):
    restricted = patient_factory(restricted=True)
    hidden = index.study(restricted)
    for study, patient_id, code in [
        (unmatched, "T-NOBODY", "ERR_201"),
        (unmatched, restricted.patient_id, "ERR_201"),
        (hidden, patient_factory().patient_id, "ERR_202"),
    ]:
        response = api("rib").post(url(study), {"patient_id": patient_id}, format="json")
        assert (response.status_code, response.json()["error"]["code"]) == (404, code)
    unmatched.refresh_from_db()
    assert unmatched.patient is None
