"""Every way into the archive ends in the index, whatever comes and whoever dies."""

from __future__ import annotations

import os
import subprocess

from pydicom.uid import generate_uid

from common.http.api_client import wait_until
from pacs.tests.dicom_files import mr_image, part10
from tests.flows.images import unique_patient_id

MODALITY = "SAMPLE_MOD"


def series(count, **attributes):
    """Images of one new study and series of an unknown patient."""
    common = {
        "PatientID": unique_patient_id(),
        "StudyInstanceUID": generate_uid(),
        "SeriesInstanceUID": generate_uid(),
    } | attributes
    return [
        mr_image(**common, InstanceNumber=n + 1, ImagePositionPatient=[0, 0, n])
        for n in range(count)
    ]


def c_store(folder, images):
    for number, image in enumerate(images):
        file = image if isinstance(image, bytes) else part10(image)
        (folder / f"{number}.dcm").write_bytes(file)
    subprocess.run(
        [
            *("storescu", "-aet", MODALITY, "-aec", os.environ.get("ORTHANC_AET", "NEURONOVA")),
            *("127.0.0.1", os.environ["ORTHANC_DICOM_PORT"], "+sd", str(folder)),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )


def stow(client, image):
    body = b"--B\r\nContent-Type: application/dicom\r\n\r\n" + part10(image) + b"\r\n--B--\r\n"
    return client.session.post(
        f"{client.base_url}/api/ris/dicom-web/studies",
        data=body,
        headers={"Content-Type": 'multipart/related; type="application/dicom"; boundary=B'},
        timeout=30,
    )


def test_c_store_ends_in_the_index(tmp_path, ask_studies):
    images = series(5)
    c_store(tmp_path, images)
    ask_studies.wait_unmatched(images[0].StudyInstanceUID, 5)


def test_stow_ends_in_the_index(login, ask_studies):
    (image,) = series(1)
    answer = stow(login("radiologist"), image)
    assert answer.status_code == 200, answer.text
    ask_studies.wait_unmatched(image.StudyInstanceUID)


def test_an_image_of_a_known_patient_is_matched_and_becomes_stable(tmp_path, login):
    (image,) = series(1, PatientID="P2026-0001")
    c_store(tmp_path, [image])
    study = wait_until(
        lambda: login("doctor").call("GET", f"ris/studies/{image.StudyInstanceUID}/", also=(404,)),
        lambda answer: answer.status_code == 200 and answer.json()["stable_at"],
        what="stable study",
        timeout_s=30,
    ).json()
    assert study["patient"]["patient_id"] == "P2026-0001"


def test_garbage_values_do_not_stop_the_feed(tmp_path, ask_studies):
    (garbage,) = series(1, PatientName="Nemo^Captain", PatientBirthDate="19000101")
    file = part10(garbage)
    for good, bad in (
        (b"DA\x08\x0020260105", b"DA\x08\x0020269999"),
        (b"DA\x08\x0019000101", b"DA\x08\x00unknown!"),
        (b"PN\x0c\x00Nemo^Captain", b"PN\x0c\x00\xff\xfe\x80=^=^=^=\\\\"),
        (b"IS\x02\x001 ", b"IS\x02\x00x "),
        (b"DS\x08\x001.0\\1.0 ", b"DS\x08\x00\\\\thick "),
    ):
        assert good in file
        file = file.replace(good, bad)
    c_store(tmp_path, [file])
    (after,) = series(1)
    (tmp_path / "0.dcm").unlink()
    c_store(tmp_path, [after])
    ask_studies.wait_unmatched(garbage.StudyInstanceUID)
    ask_studies.wait_unmatched(after.StudyInstanceUID)


def test_a_uid_used_in_two_studies_is_listed_and_does_not_stop_the_feed(
    tmp_path, ask_studies, login
):
    (first,) = series(1)
    (second,) = series(1, SeriesInstanceUID=first.SeriesInstanceUID)
    (third,) = series(1)
    third.SOPInstanceUID = first.SOPInstanceUID
    (last,) = series(1)
    for number, image in enumerate((first, second, third, last)):
        folder = tmp_path / str(number)
        folder.mkdir()
        c_store(folder, [image])
    ask_studies.wait_unmatched(last.StudyInstanceUID)
    ask_studies.wait_unmatched(first.StudyInstanceUID)
    for contradicting, reason in (
        (second, "series_of_another_study"),
        (third, "instance_of_another_series"),
    ):
        uid = str(contradicting.StudyInstanceUID)
        (row,) = login("radiologist").get("ris/unmatched/", study_instance_uid=uid)["results"]
        assert (row["reason"], row["instances"]) == (reason, 1)
        assert row["contradicts"]["study_instance_uid"] == first.StudyInstanceUID


def test_a_worker_killed_in_a_burst_loses_and_doubles_nothing(tmp_path, ask_studies, stack):
    images = series(150)
    c_store(tmp_path, images)
    stack.kill("worker-django")
    stack.wait_running("worker-django")
    ask_studies.wait_unmatched(images[0].StudyInstanceUID, 150)


def test_the_feed_survives_a_restart_of_the_archive(tmp_path, ask_studies, stack):
    stack.stop_one("orthanc")
    stack.start_one("orthanc")
    images = series(3)
    wait_until(lambda: _stored(tmp_path, images), bool, what="the archive back")
    ask_studies.wait_unmatched(images[0].StudyInstanceUID, 3)


def _stored(folder, images):
    try:
        c_store(folder, images)
    except subprocess.CalledProcessError:
        return False
    return True
