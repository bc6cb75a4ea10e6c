"""WADO-URI: what is asked of the archive, what is refused, who may, what is recorded."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from pacs.models import Instance
from pacs.tests import index

pytestmark = pytest.mark.django_db
URL = "/api/ris/dicom-web/wado"
ROWS, COLUMNS = 200, 100


@pytest.fixture
def world(mine):
    Instance.objects.update(frames=3, rows=ROWS, columns=COLUMNS)
    mine.instance.refresh_from_db()
    return mine


def address(study, series, instance, **options):
    uids = {
        "requestType": "WADO",
        "studyUID": study.study_instance_uid,
        "seriesUID": series.series_instance_uid,
        "objectUID": instance.sop_instance_uid,
    }
    wanted = {name: value for name, value in (uids | options).items() if value is not None}
    return f"{URL}?{urlencode(wanted)}"


def own(world, **options):
    return address(world.study, world.series, world.instance, **options)


def shown(answer):
    """Frame (from 0) and parameters of the picture."""
    return answer["X-Accel-Redirect"].split("/")[3::2]


@pytest.mark.parametrize(
    ("options", "frame", "parameters"),
    [
        ({}, "0", "jpeg"),
        ({"contentType": "image/jpeg"}, "0", "jpeg"),
        ({"contentType": "image/png"}, "0", "png"),
        ({"contentType": "video/mpeg, image/png;q=0.5"}, "0", "png"),
        ({"contentType": "*/*"}, "0", "jpeg"),
        ({"contentType": ""}, "0", "jpeg"),
        ({"frameNumber": "2"}, "1", "jpeg"),
        ({"rows": "100"}, "0", "jpeg_v50,100"),
        ({"columns": "50"}, "0", "jpeg_v50,100"),
        ({"rows": "50", "columns": "50"}, "0", "jpeg_v25,50"),
        ({"rows": "1"}, "0", "jpeg_v1,1"),
        ({"windowCenter": "40.5", "windowWidth": "80"}, "0", "jpeg_w40.5,80,linear"),
        ({"imageQuality": "70"}, "0", "jpeg_q70"),
        (
            {"frameNumber": "3", "rows": "100", "windowCenter": "-5", "windowWidth": "1"}
            | {"imageQuality": "100", "contentType": "image/png"},
            "2",
            "png_v50,100_w-5,1,linear_q100",
        ),
        ({"charset": "UTF-8", "something": "else"}, "0", "jpeg"),
    ],
)
def test_an_image_is_drawn_by_us(api, world, options, frame, parameters):
    answer = api("doctor").get(own(world, **options))
    assert answer.status_code == 200
    assert answer["X-Accel-Redirect"].startswith(f"/_rendered/{world.instance.orthanc_id}/")
    assert shown(answer) == [frame, parameters]
    assert answer.content == b""


@pytest.mark.parametrize("syntax", [None, "*", index.EXPLICIT_LE])
def test_the_file_as_it_is_stored(api, world, syntax):
    url = own(world, contentType="application/dicom", transferSyntax=syntax)
    answer = api("doctor").get(url)
    assert answer["X-Accel-Redirect"] == f"/_orthanc/instances/{world.instance.orthanc_id}/file"
    assert answer["X-Orthanc-Accept"] == "application/dicom"


@pytest.mark.parametrize(
    ("accept", "asked"),
    [
        ("image/avif,image/webp,*/*;q=0.8", "image/jpeg"),
        ("image/png", "image/png"),
        ("application/dicom", "application/dicom"),
    ],
)
def test_without_a_content_type_accept_decides(api, world, accept, asked):
    answer = api("doctor").get(own(world), HTTP_ACCEPT=accept)
    if asked == "application/dicom":
        assert answer["X-Orthanc-Accept"] == asked
    else:
        assert f"image/{shown(answer)[1]}" == asked


def test_what_is_no_image_is_a_file(api, world):
    Instance.objects.update(rows=None, columns=None)
    client = api("doctor")
    assert client.get(own(world))["X-Orthanc-Accept"] == "application/dicom"
    assert client.get(own(world, contentType="image/jpeg")).status_code == 406


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"requestType": None}, 400),
        ({"requestType": "wado"}, 400),
        ({"studyUID": None}, 400),
        ({"seriesUID": ""}, 400),
        ({"objectUID": "1.2.*"}, 400),
        ({"objectUID": "1.2/../../../system"}, 400),
        ({"objectUID": "1" * 65}, 400),
        ({"objectUID": "１.２"}, 400),
        ({"objectUID": "1.2.3"}, 404),
        ({"studyUID": "1.2.3"}, 404),
        ({"seriesUID": "1.2.3"}, 404),
        ({"anonymize": "yes"}, 400),
        ({"annotation": "patient"}, 400),
        ({"region": "0,0,1,1"}, 400),
        ({"presentationUID": "1.2"}, 400),
        ({"frameNumber": "0"}, 400),
        ({"frameNumber": "4"}, 400),
        ({"frameNumber": "1,2"}, 400),
        ({"frameNumber": "one"}, 400),
        ({"frameNumber": ""}, 400),
        ({"frameNumber": "9" * 5000}, 400),
        ({"rows": "0"}, 400),
        ({"rows": "4097"}, 400),
        ({"columns": "-1"}, 400),
        ({"columns": "４"}, 400),
        ({"columns": "4096"}, 400),  # the rows would be 8192
        ({"windowCenter": "40"}, 400),
        ({"windowWidth": "40"}, 400),
        ({"windowCenter": "40", "windowWidth": "0"}, 400),
        ({"windowCenter": "1e3", "windowWidth": "80"}, 400),
        ({"windowCenter": "40", "windowWidth": "80,evil"}, 400),
        ({"imageQuality": "0"}, 400),
        ({"imageQuality": "101"}, 400),
        ({"transferSyntax": "1.2.840.10008.1.2.1"}, 400),
        ({"contentType": "application/dicom", "rows": "10"}, 400),
        ({"contentType": "application/dicom", "frameNumber": "1"}, 400),
        ({"contentType": "application/dicom", "transferSyntax": "1.2.840.10008.1.2.4.90"}, 406),
        ({"contentType": "video/mpeg"}, 406),
        ({"contentType": "application/dicom+json"}, 406),
        ({"contentType": "nonsense"}, 406),
        ({"contentType": "x" * 2000}, 406),
    ],
)
def test_refused(api, world, options, status):
    answer = api("admin").get(own(world, **options))
    assert answer.status_code == status
    assert "X-Accel-Redirect" not in answer
    assert answer.json()["error"]["code"].startswith("ERR_")


def test_a_parameter_given_twice_is_refused(api, world):
    uid = world.other.study_instance_uid
    assert api("admin").get(f"{own(world)}&studyUID={uid}").status_code == 400


def test_children_of_another_study_are_not_found(api, world):
    other = world.other_series.instances.first()
    mixtures = [
        (world.study, world.other_series, other),
        (world.study, world.series, other),
        (world.other, world.series, world.instance),
    ]
    for mixture in mixtures:
        assert api("admin").get(address(*mixture)).status_code == 404


def test_rights(api, world):
    other = address(world.other, world.other_series, world.other_series.instances.first())
    expected = {
        # admin, doctor, rib, lab, nurse, patient, external, nobody
        own(world): [200, 200, 200, 403, 403, 200, 200, 401],
        own(world, contentType="application/dicom"): [200, 200, 200, 403, 403, 200, 200, 401],
        other: [200, 200, 200, 403, 403, 404, 404, 401],
    }
    clients = [api(role) for role in index.ROLES]
    for url, statuses in expected.items():
        assert [client.get(url).status_code for client in clients] == statuses


def test_served_and_refused_are_recorded(api, users, world):
    patient = api("patient")
    other = world.other_series.instances.first()
    patient.get(own(world))
    patient.get(address(world.other, world.other_series, other))
    actor = users["patient"].pk
    served, unseen = [r for r in index.records() if r["actor_id"] == actor]
    assert (served["action"], served["outcome"]) == ("dicomweb.retrieve", "ok")
    assert (served["object_type"], served["object_id"]) == (
        "instance",
        world.instance.sop_instance_uid,
    )
    assert served["patient_id"] == world.patient.pk
    assert served["detail"]["study_instance_uid"] == world.study.study_instance_uid
    assert (unseen["outcome"], unseen["patient_id"]) == ("denied", world.other.patient_id)
    assert unseen["object_id"] == other.sop_instance_uid


def test_without_a_record_nothing_is_served(api, world, audit_down):
    answer = api("doctor").get(own(world))
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "ERR_507")
    assert "X-Accel-Redirect" not in answer


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_other_methods_are_refused(api, world, method):
    assert getattr(api("admin"), method)(own(world)).status_code == 405
