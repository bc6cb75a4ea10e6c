"""Studies that are kept from everybody: of the wrong patient, or that name somebody else."""

from __future__ import annotations

from datetime import date

import pytest

from audit.models import AuditLog
from common.outbox.models import OutboxEvent
from pacs.choices import IdentityDifference as Difference
from pacs.index import change_feed, quarantine
from pacs.index.identity import identity_differences
from pacs.models import QuarantinedStudy, Study
from pacs.tests import index
from pacs.tests.dicom_files import mr_image, part10
from rbac.models import Grant

pytestmark = pytest.mark.django_db
LIST = "/api/ris/unmatched/"
NAME, BIRTH = Difference.NAME, Difference.BIRTH_DATE


def url(study):
    return f"/api/ris/studies/{study.study_instance_uid}/quarantine/"


@pytest.mark.parametrize(
    ("name", "birth_date", "full_name", "differs"),
    [
        ("Kim^Minjun", "19740302", "김민준", []),  # one is not written in the other's letters
        ("Kim^Minjun=金^珉俊=김^민준", "1974-03-02", "김민준", []),
        ("Kim^Minjun=金^珉俊=김^서연", "", "김민준", [NAME]),
        ("김^민준", "", "김민준", []),
        ("Carter^Emily", "19740302", "Emily Jane Carter", []),
        ("EmilyCarter", "", "Carter Emily", []),
        ("Kim^Min Jun", "", "Minjun Kim", []),
        ("Carter^John", "19740303", "Emily Carter", [NAME, BIRTH]),
        ("", "", "Emily Carter", []),
        ("^^^", "19749999", "Emily Carter", []),
        ("CARTER^E^J^Dr", "1974", "Emily Jane Carter", []),
        ("Carter^J", "", "Emily Carter", [NAME]),
        ("UNKNOWN^FEMALE", "19000101", "Emily Carter", []),
        ("T-1", "", "Emily Carter", []),  # the number instead of a name
        ("Pérez Ana", "", "PEREZ^ANA", []),
        ("김^서", "", "김 서연", [NAME]),
    ],
)
def test_what_contradicts_a_patient(patient_factory, name, birth_date, full_name, differs):
    patient = patient_factory(patient_id="T-1", full_name=full_name, birth_date=date(1974, 3, 2))
    assert identity_differences(name, birth_date, patient) == differs


def test_images_that_name_somebody_else_wait_with_the_difference(archive, api, patient_factory):
    patient = patient_factory(full_name="Emily Carter", birth_date=date(1968, 9, 14))
    said = {"PatientName": "Smith^John", "PatientBirthDate": "19680914"}
    archive.store(part10(mr_image(PatientID=patient.patient_id, **said)))
    change_feed.changes_poll()
    study = Study.objects.get()
    assert study.patient is None
    [row] = api("rib").get(LIST).json()["results"]
    assert row["reason"] == "identity"
    assert row["quarantine"]["differences"] == ["name"]
    assert row["quarantine"]["dicom_patient_name"] == "Smith^John"
    assert row["quarantine"]["patient"]["patient_id"] == patient.patient_id
    released = api("rib").post(
        f"{LIST}{study.study_instance_uid}/match/",
        {"patient_id": patient.patient_id},
        format="json",
    )
    assert released.status_code == 200, released.json()
    more = mr_image(PatientID=patient.patient_id, StudyInstanceUID=study.study_instance_uid, **said)
    archive.store(part10(more))
    change_feed.changes_poll()
    study.refresh_from_db()
    assert study.patient == patient  # a user has decided about this name


def test_a_later_series_that_names_somebody_else_takes_the_study_back(
    archive, api, patient_factory
):
    patient = patient_factory(full_name="Emily Carter")
    mrn = patient.patient_id
    first = mr_image(PatientID=mrn, PatientName="Carter^Emily")
    archive.store(part10(first))
    change_feed.changes_poll()
    assert Study.objects.get().patient == patient
    same = {"PatientID": mrn, "StudyInstanceUID": first.StudyInstanceUID}
    archive.store(part10(mr_image(**same, PatientName="Smith^John")))
    change_feed.changes_poll()
    assert Study.objects.get().patient is None
    held = QuarantinedStudy.objects.get()
    assert (held.patient, held.dicom_patient_name) == (patient, "Smith^John")


def test_a_study_that_was_taken_off_its_patient_meanwhile_stays_so(patient_factory):
    patient = patient_factory(full_name="Emily Carter")
    study = index.study(patient)
    as_read = Study.objects.select_related("patient").get(pk=study.pk)
    Study.objects.filter(pk=study.pk).update(patient=None)
    quarantine.instance_check(as_read, "Smith^John", "")
    assert not QuarantinedStudy.objects.exists()


def test_a_patient_whom_the_user_does_not_see_is_not_named(archive, api, patient_factory):
    patient = patient_factory(full_name="Emily Carter", restricted=True)
    archive.store(part10(mr_image(PatientID=patient.patient_id, PatientName="Smith^John")))
    change_feed.changes_poll()
    [row] = api("rib").get(LIST).json()["results"]
    assert (row["reason"], row["quarantine"]["patient"]) == ("identity", None)
    assert row["quarantine"]["differences"] == []


@pytest.mark.django_db(transaction=True)
def test_a_study_of_the_wrong_patient_is_gone_for_everybody_at_once(mine, api, ask, signed_in):
    tokens = {role: signed_in(role) for role in ("doctor", "external")}
    study = f"/api/ris/studies/{mine.study.study_instance_uid}/"
    paths = [
        study,
        f"{study}preview/",
        f"/api/ris/dicom-web/studies/{mine.study.study_instance_uid}/metadata",
        f"/api/ris/dicom-web/studies/{mine.study.study_instance_uid}/rendered",
        f"/api/ris/series/{mine.series.series_instance_uid}/",
    ]
    before = {role: ask(token).status for role, token in tokens.items()}
    assert set(before.values()) == {200}
    assert {ask(token).status for token in tokens.values()} == {200}  # decided by the cache
    answer = api("rib").post(url(mine.study))
    assert answer.status_code == 200, answer.json()
    assert {ask(token).status for token in tokens.values()} == {404}
    for role in ("admin", "doctor", "rib", "patient", "external"):
        assert {api(role).get(path).status_code for path in paths} == {404}, role
    assert api("doctor").get("/api/ris/dicom-web/studies").json() != []
    assert Grant.objects.exists()  # what was shared stays shared with the patient, not with images
    record = AuditLog.objects.get(action="study.quarantine")
    assert (record.patient_id, record.actor_role) == (mine.patient.pk, "rib")
    moved = OutboxEvent.objects.filter(topic="pacs.study.moved").first()
    assert moved.payload["patient_id"] is None
    assert api("rib").post(url(mine.study)).status_code == 404  # it is nobody's


def test_it_is_matched_to_another_patient_then(mine, api, patient_factory):
    index.study(None)
    api("rib").post(url(mine.study))
    other = patient_factory()
    match = f"{LIST}{mine.study.study_instance_uid}/match/"
    assert api("rib").post(match, {"patient_id": other.patient_id}, format="json").json()
    mine.study.refresh_from_db()
    assert mine.study.patient == other
    assert not QuarantinedStudy.objects.exists()
    study = f"/api/ris/studies/{mine.study.study_instance_uid}/"
    assert api("patient").get(study).status_code == 404
    assert api("external").get(study).status_code == 404
    assert api("doctor").get(study).status_code == 200


def test_nobody_quarantines_what_they_do_not_see(api, patient_factory):
    hidden = index.study(patient_factory(restricted=True))
    assert api("rib").post(url(hidden)).status_code == 404
    assert api("doctor").post(url(hidden)).status_code == 403
