"""QIDO-RS and WADO-URI for real: what the archive itself answers, for who may have it."""

from __future__ import annotations

import os
from io import BytesIO
from urllib.parse import urlsplit

import numpy as np
import pytest
import requests
from dicomweb_client.api import DICOMwebClient
from dicomweb_client.uri import URI
from PIL import Image
from pydicom import dcmread

PATIENT = "P2026-0002"
SLICES = 25
GATEWAY = "/api/ris/dicom-web"
RETRIEVE_URL = "00081190"
CHARACTER_SET = "00080005"  # ours is always UTF-8


@pytest.fixture(scope="module")
def doctor(login):
    return login("doctor")


@pytest.fixture(scope="module")
def study(studies):
    return studies[PATIENT]


@pytest.fixture(scope="module")
def series(doctor, study):
    found = doctor.get(f"ris/studies/{study}/")["series"]
    return next(s["series_instance_uid"] for s in found if s["modality"] == "MR")


@pytest.fixture(scope="module")
def web(doctor):
    headers = {"Authorization": doctor.session.headers["Authorization"]}
    return DICOMwebClient(f"{doctor.base_url}{GATEWAY}", headers=headers)


@pytest.fixture(scope="module")
def archive():
    """``archive(path)``: what Orthanc itself answers to a search."""
    session = requests.Session()
    session.auth = (os.environ["ORTHANC_USERNAME"], os.environ["ORTHANC_PASSWORD"])

    def ask(path):
        return session.get(f"{os.environ['ORTHANC_URL']}/dicom-web/{path}", timeout=60).json()

    return ask


@pytest.fixture(scope="module")
def wado(doctor, study, series, web):
    """``wado(…)``: an instance of the series by WADO-URI."""
    first = web.search_for_instances(study, series, limit=1)[0]["00080018"]["Value"][0]
    uids = {"requestType": "WADO", "studyUID": study, "seriesUID": series, "objectUID": first}

    def ask(client=doctor, **options):
        return client.session.get(
            f"{client.base_url}{GATEWAY}/wado", params=uids | options, timeout=60
        )

    return ask


@pytest.mark.parametrize(
    ("path", "unique"),
    [
        ("studies?StudyInstanceUID={study}", "0020000D"),
        ("studies?PatientID=P2026-000%3F", "0020000D"),
        ("studies?PatientName=carter*&StudyDate=20260101-20261231", "0020000D"),
        ("studies?ModalitiesInStudy=MR&PatientSex=F", "0020000D"),
        ("studies?AccessionNumber=RIS2026-0002", "0020000D"),
        ("studies?PatientID=nobody", "0020000D"),
        ("series?StudyInstanceUID={study}", "0020000E"),
        ("series?SeriesInstanceUID={series}", "0020000E"),
        ("studies/{study}/series", "0020000E"),
        ("studies/{study}/series?Modality=MR&includefield=all", "0020000E"),
        ("studies/{study}/series?Modality=CT", "0020000E"),
        ("studies/{study}/series?SeriesDescription=*t1*", "0020000E"),
        ("studies/{study}/instances", "00080018"),
        ("studies/{study}/instances?InstanceNumber=3", "00080018"),
        ("studies/{study}/series/{series}/instances", "00080018"),
        ("instances?SeriesInstanceUID={series}&InstanceNumber=7", "00080018"),
    ],
)
def test_answers_equal_the_archives(doctor, archive, study, series, path, unique):
    """All that the archive tells of what it finds, with our addresses in the place of its own."""
    path = path.format(study=study, series=series)
    answer = doctor.call("GET", f"ris/dicom-web/{path}")
    ours = {row[unique]["Value"][0]: row for row in answer.json()}
    theirs = {row[unique]["Value"][0]: row for row in archive(path)}
    assert set(theirs) <= set(ours)
    if "P2026-000" not in path and "ModalitiesInStudy" not in path:
        assert set(theirs) == set(ours)
    for uid, row in theirs.items():
        there, here = urlsplit(row.pop(RETRIEVE_URL)["Value"][0]), ours[uid][RETRIEVE_URL]
        assert urlsplit(here["Value"][0]).path == f"/api/ris{there.path}"
        row.pop(CHARACTER_SET, None)
        assert {tag: ours[uid].get(tag) for tag in row} == row


def test_dicomweb_client_searches_every_level(web, study, series):
    filters = {"StudyInstanceUID": study}
    assert len(web.search_for_studies(search_filters=filters)) == 1
    fuzzy = web.search_for_studies(fuzzymatching=True, search_filters={"PatientName": "emi CART"})
    assert study in [row["0020000D"]["Value"][0] for row in fuzzy]
    found = web.search_for_series(search_filters={"SeriesInstanceUID": series})
    assert [row["00201209"]["Value"][0] for row in found] == [SLICES]
    assert found[0]["0020000D"]["Value"] == [study]
    pages = [web.search_for_instances(study, series, limit=10, offset=n) for n in (0, 10, 20, 30)]
    assert [len(page) for page in pages] == [10, 10, 5, 0]
    uids = {row["00080018"]["Value"][0] for page in pages for row in page}
    assert len(uids) == SLICES
    (row,) = web.search_for_instances(search_filters={"SOPInstanceUID": min(uids)})
    assert row["0020000E"]["Value"] == [series]
    assert row["00280100"]["Value"] == [16]


def test_what_is_not_ones_own_is_not_found_by_any_search(login, study, series):
    stranger = login("patient")
    for path in (
        f"studies?StudyInstanceUID={study}",
        f"series?SeriesInstanceUID={series}",
        f"series?StudyInstanceUID={study}",
        f"instances?SeriesInstanceUID={series}",
        f"studies?PatientID={PATIENT}",
        f"studies?PatientName=emily&fuzzymatching=true&PatientID={PATIENT}",
    ):
        assert stranger.get(f"ris/dicom-web/{path}") == []
    for path in ("series", "instances", f"series/{series}/instances"):
        answer = stranger.call("GET", f"ris/dicom-web/studies/{study}/{path}", also=(404,))
        assert answer.status_code == 404


@pytest.mark.parametrize("options", [{}, {"frameNumber": 1}, {"contentType": "image/png"}])
def test_wado_uri_draws_an_image(wado, options):
    answer = wado(**options)
    assert answer.status_code == 200, answer.text
    kind = options.get("contentType", "image/jpeg")
    assert answer.headers["Content-Type"] == kind
    image = Image.open(BytesIO(answer.content))
    assert (f"image/{image.format.lower()}", image.size) == (kind, (256, 256))


def test_wado_uri_draws_it_as_large_and_as_bright_as_asked(wado):
    assert Image.open(BytesIO(wado(rows=64).content)).size == (64, 64)
    assert Image.open(BytesIO(wado(rows=200, columns=100).content)).size == (100, 100)
    narrow = wado(windowCenter=-1000, windowWidth=1, contentType="image/png")
    assert np.asarray(Image.open(BytesIO(narrow.content)).convert("L")).min() == 255


def test_wado_uri_gives_the_file_as_it_is_stored(wado, web, study, series):
    answer = wado(contentType="application/dicom")
    assert answer.headers["Content-Type"] == "application/dicom"
    image = dcmread(BytesIO(answer.content))
    assert (image.StudyInstanceUID, image.SeriesInstanceUID) == (study, series)
    assert image == web.retrieve_instance(study, series, image.SOPInstanceUID)


def test_wado_uri_refuses_in_our_words(wado, login):
    for options, status in (
        ({"objectUID": "1.2.3"}, 404),
        ({"anonymize": "yes"}, 400),
        ({"contentType": "video/mpeg"}, 406),
        ({"client": login("patient")}, 404),
        ({"client": login("nurse")}, 403),
    ):
        answer = wado(**options)
        assert answer.status_code == status
        assert answer.json()["error"]["code"].startswith("ERR_")


def test_the_address_that_dicomweb_client_makes_is_answered(doctor, web, study, series):
    """The library writes WADO-RS addresses of what it found; ours lead back to us."""
    row = web.search_for_instances(study, series, limit=1)[0]
    uri = URI.from_string(row[RETRIEVE_URL]["Value"][0])
    assert (uri.study_instance_uid, uri.series_instance_uid) == (study, series)
    answer = doctor.call("GET", f"ris/dicom-web/{str(uri).partition('/dicom-web/')[2]}")
    assert answer.headers["Content-Type"].startswith("multipart/related")
