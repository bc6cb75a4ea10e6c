"""What is stored and not indexed yet: who is told, and where an upload's images are."""

from __future__ import annotations

import pytest

from emr.models import Patient
from pacs.index import arrivals
from pacs.index.change_feed import changes_poll
from pacs.models import QuarantinedStudy, UnfiledInstance
from pacs.tests.dicom_files import mr_image, part10
from pacs.tests.test_stow import body_of, post
from pacs.tests.test_upload import send

pytestmark = pytest.mark.django_db
PAGES = [
    "/api/ris/studies/{}/",
    "/api/ris/dicom-web/studies/{}",
    "/api/ris/dicom-web/studies/{}/series",
    "/api/ris/dicom-web/studies/{}/metadata",
    "/api/ris/dicom-web/studies/{}/series/1.2/instances/1.3/frames/1",
    "/api/ris/dicom-web/wado?requestType=WADO&studyUID={}&seriesUID=1.2&objectUID=1.3",
]


@pytest.fixture
def image(mine):
    return mr_image(PatientID=mine.patient.patient_id, StudyDescription="Brain")


@pytest.mark.parametrize("page", PAGES)
def test_a_study_on_its_way_says_when_to_ask_again(archive, api, image, page):
    archive.store(part10(image))
    url = page.format(image.StudyInstanceUID)
    for role in ("doctor", "patient"):
        answer = api(role).get(url)
        assert (answer.status_code, answer["Retry-After"]) == (404, "2")
    changes_poll()
    again = api("doctor").get(url)
    assert "Retry-After" not in again


@pytest.mark.parametrize("page", PAGES)
def test_for_others_it_is_an_unknown_study(archive, api, image, patient_factory, page):
    image.PatientID = patient_factory().patient_id
    archive.store(part10(image))
    unknown = mr_image().StudyInstanceUID
    for role in ("patient", "external"):
        answers = [api(role).get(page.format(uid)) for uid in (image.StudyInstanceUID, unknown)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert [sorted(answer.headers) for answer in answers] == [sorted(answers[0].headers)] * 2
        assert "Retry-After" not in answers[0]
    Patient.objects.filter(patient_id=image.PatientID).update(restricted=True)
    assert "Retry-After" not in api("nurse").get(PAGES[0].format(image.StudyInstanceUID))
    archive.down = True
    assert api("doctor").get(PAGES[0].format(image.StudyInstanceUID)).status_code == 404


def test_its_sender_may_know_of_a_quarantined_study(archive, api, image, users):
    image.PatientID = "T-NOBODY"
    archive.store(part10(image))
    uid = image.StudyInstanceUID
    QuarantinedStudy.objects.create(study_instance_uid=uid, uploaded_by=users["external"])
    url = PAGES[1].format(uid)
    assert api("external").get(url)["Retry-After"] == "2"
    assert "Retry-After" not in api("doctor").get(url)
    changes_poll()
    assert "Retry-After" not in api("external").get(url)


@pytest.mark.usefixtures("eager")
def test_an_upload_answers_once_it_is_indexed(archive, api, image):
    _, _, body = send(api("rib"), [("1.dcm", part10(image))])
    assert (body["indexed"], body["status_url"]) == (True, None)
    assert [file["place"] for file in body["files"]] == ["indexed"]
    assert body["studies"] == [
        {
            "study_instance_uid": image.StudyInstanceUID,
            "instances": 1,
            "unfiled": 0,
            "indexed": True,
            "modality": "MR",
            "study_date": "2026-01-05",
            "description": "Brain",
        }
    ]


def test_an_upload_that_waits_can_be_followed_by_its_sender_alone(archive, api, image):
    client = api("rib")
    status, _, body = send(client, [("1.dcm", part10(image)), ("notes.txt", b"x" * 400)])
    assert (status, body["indexed"]) == (207, False)
    assert [file["place"] for file in body["files"]] == ["waiting", None]
    assert body["studies"][0]["description"] is None
    waiting = client.get(body["status_url"]).json()
    assert (waiting["indexed"], waiting["status_url"]) == (False, body["status_url"])
    assert waiting["instances"] == [
        {
            "sop_instance_uid": image.SOPInstanceUID,
            "study_instance_uid": image.StudyInstanceUID,
            "place": "waiting",
        }
    ]
    assert api("admin").get(body["status_url"]).status_code == 404
    changes_poll()
    there = client.get(body["status_url"]).json()
    assert (there["indexed"], there["status_url"]) == (True, None)
    assert there["instances"][0]["place"] == "indexed"
    assert there["studies"][0]["description"] == "Brain"


@pytest.mark.usefixtures("eager")
def test_what_contradicts_the_index_is_said_to_be_unfiled(archive, api, image):
    """It came by C-STORE while the index had its study under another patient."""
    send(api("rib"), [("1.dcm", part10(image))])
    other = mr_image(StudyInstanceUID=image.StudyInstanceUID, PatientID="T-NOBODY")
    orthanc_id = archive.store(part10(other))
    changes_poll()
    assert UnfiledInstance.objects.get().orthanc_id == orthanc_id
    assert arrivals.places_of([orthanc_id]) == {orthanc_id: "unfiled"}


def test_stow_answers_202_while_the_index_waits(archive, api, image, settings):
    settings.UPLOAD_INDEX_WAIT_S = 0.2
    answer = post(api("rib"), body_of(part10(image)))
    assert (answer.status_code, answer["Retry-After"]) == (202, "2")
    changes_poll()
    answer = post(api("rib"), body_of(part10(image)))
    assert answer.status_code == 200
    assert "Retry-After" not in answer
