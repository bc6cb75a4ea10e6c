"""The DICOMweb gateway: every route, who may, what is passed on, what is refused and recorded."""

from __future__ import annotations

import pytest

from pacs.models import Instance
from pacs.tests import index

pytestmark = pytest.mark.django_db
URL = "/api/ris/dicom-web"
FRAMES = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
DICOM = 'multipart/related; type="application/dicom"; transfer-syntax=*'
RAW = "application/octet-stream"
JSON = "application/dicom+json"
# path of the route, what the archive is asked, with which Accept
STUDY, SERIES, INSTANCE = "{s}", "{s}/series/{e}", "{s}/series/{e}/instances/{i}"
WADO = [
    (STUDY, STUDY, DICOM),
    (SERIES, SERIES, DICOM),
    (INSTANCE, INSTANCE, DICOM),
]
# what this process reads from the archive itself
READ = [
    f"{STUDY}/metadata",
    f"{SERIES}/metadata",
    f"{INSTANCE}/metadata",
    f"{INSTANCE}/frames/1,3,1",
    f"{INSTANCE}/bulk/7FE00010",
    f"{INSTANCE}/bulkdata/54000100/1/54001010",
]
# path of the route, which instance, index of the frame, parameters
RENDERED = [
    (f"{STUDY}/rendered", "m", 0, "jpeg"),
    (f"{SERIES}/rendered", "m", 0, "jpeg"),
    (f"{INSTANCE}/rendered", "i", 0, "jpeg"),
    (
        f"{INSTANCE}/rendered?viewport=9,8&window=5,6,sigmoid&quality=7",
        "i",
        0,
        "jpeg_v9,8_w5,6,sigmoid_q7",
    ),
    (f"{INSTANCE}/frames/2/rendered", "i", 1, "jpeg"),
    (f"{STUDY}/thumbnail", "m", 0, "jpeg_v128,128"),
    (f"{SERIES}/thumbnail", "m", 0, "jpeg_v128,128"),
    (f"{INSTANCE}/thumbnail", "i", 0, "jpeg_v128,128"),
    (f"{INSTANCE}/frames/3/thumbnail?viewport=4,4", "i", 2, "jpeg_v4,4"),
]
# as stored: path of the route, index of the frame
FRAME = [(f"{INSTANCE}/frames/1", 0), (f"{INSTANCE}/frames/02", 1)]
QIDO = [
    (f"{STUDY}/series", f"{STUDY}/series", JSON),
    (f"{STUDY}/instances", f"{STUDY}/instances", JSON),
    (f"{SERIES}/instances", f"{SERIES}/instances", JSON),
]
PIXELS = [
    *WADO,
    *((route, "", "") for route in (*READ, *(frame for frame, _ in FRAME))),
    *((route, "", "") for route, *_ in RENDERED),
]


@pytest.fixture
def world(mine):
    mine.series.instances.update(frames=3)
    return mine


def _names(study, series, instance):
    middle = series.instances.get(image_position=[0.0, 0.0, float(series.instances.count() // 2)])
    return {
        "s": study.study_instance_uid,
        "e": series.series_instance_uid,
        "i": instance.sop_instance_uid,
        "m": middle.sop_instance_uid,
    }


def _own(world):
    return _names(world.study, world.series, world.instance)


def _others(world):
    return _names(world.other, world.other_series, world.other_series.instances.first())


def _path(route, names):
    return f"{URL}/studies/{route.format(**names)}"


@pytest.mark.parametrize(("route", "archive", "accept"), WADO)
@pytest.mark.parametrize("method", ["get", "head"])
def test_every_route_leads_to_one_place_in_the_archive(api, world, method, route, archive, accept):
    names = _own(world)
    answer = getattr(api("doctor"), method)(_path(route, names))
    assert answer.status_code == 200
    assert answer["X-Accel-Redirect"] == (f"/_orthanc/dicom-web/studies/{archive.format(**names)}")
    assert answer["X-Orthanc-Accept"] == accept
    assert "Content-Type" not in answer
    assert "private" in answer["Cache-Control"]
    assert answer.content == b""


@pytest.mark.parametrize(("route", "which", "frame", "parameters"), RENDERED)
@pytest.mark.parametrize("method", ["get", "head"])
def test_every_picture_is_drawn_by_us(api, world, method, route, which, frame, parameters):
    names = _own(world)
    answer = getattr(api("doctor"), method)(_path(route, names))
    image = Instance.objects.get(sop_instance_uid=names[which])
    version = int(image.indexed_at.timestamp() * 1000)
    place = f"/_rendered/{image.orthanc_id}/{frame}/{version}/{parameters}"
    assert answer["X-Accel-Redirect"] == place
    assert "Content-Type" not in answer
    assert "private" in answer["Cache-Control"]
    assert answer.content == b""


def test_what_has_no_pixels_or_too_many_is_not_drawn(api, world):
    Instance.objects.update(rows=60_000, columns=60_000)
    for rows, suffix in ((60_000, "/rendered"), (None, "/rendered"), (None, "/thumbnail")):
        Instance.objects.filter(pk=world.instance.pk).update(rows=rows)
        answer = api("doctor").get(_path(INSTANCE + suffix, _own(world)))
        assert (answer.status_code, answer.json()["error"]["code"]) == (406, "ERR_105")


@pytest.mark.parametrize("route", READ)
def test_what_is_read_here_fails_with_the_archive(api, world, archive, route):
    archive.down = True
    answer = api("doctor").get(_path(route, _own(world)))
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "ERR_502")


@pytest.mark.parametrize(
    ("accept", "place", "content_type"),
    [
        ("", "_frame_part", 'multipart/related; type="application/octet-stream"; boundary='),
        ("*/*", "_frame_part", 'multipart/related; type="application/octet-stream"; boundary='),
        (FRAMES, "_frame_part", 'multipart/related; type="application/octet-stream"; boundary='),
        ("application/octet-stream", "_frame", f"{RAW}; transfer-syntax={index.EXPLICIT_LE}"),
        (
            f"{RAW}; transfer-syntax={index.EXPLICIT_LE}",
            "_frame",
            f"{RAW}; transfer-syntax={index.EXPLICIT_LE}",
        ),
    ],
)
@pytest.mark.parametrize(("route", "at"), FRAME)
def test_one_frame_is_sent_as_it_is_stored(api, world, route, at, accept, place, content_type):
    headers = {"Accept": accept} if accept else {}
    answer = api("doctor").get(_path(route, _own(world)), headers=headers)
    assert answer.status_code == 200
    assert answer["X-Accel-Redirect"] == f"/{place}/{world.instance.orthanc_id}/{at}"
    assert answer["Content-Type"].startswith(content_type)
    assert answer.get("X-Part-Type", f"{RAW}; transfer-syntax={index.EXPLICIT_LE}") == (
        f"{RAW}; transfer-syntax={index.EXPLICIT_LE}"
    )


def test_frames_of_packed_bits_are_taken_apart_by_the_archive(api, world):
    Instance.objects.filter(pk=world.instance.pk).update(sop_class_uid=index.SEG_IMAGE)
    for route, at in FRAME:
        answer = api("doctor").get(_path(route, _own(world)))
        assert answer["X-Accel-Redirect"].endswith(f"/frames/{at + 1}")


@pytest.mark.parametrize(
    ("routes", "own", "others"),
    [
        # admin, doctor, rib, lab, nurse, patient, external, nobody
        (
            PIXELS,
            [200, 200, 200, 403, 403, 200, 200, 401],
            [200, 200, 200, 403, 403, 404, 404, 401],
        ),
        (QIDO, [200, 200, 200, 403, 200, 200, 200, 401], [200, 200, 200, 403, 200, 404, 404, 401]),
    ],
)
def test_rights(api, world, routes, own, others):
    Instance.objects.update(frames=3)
    for role, expected_own, expected_others in zip(index.ROLES, own, others, strict=True):
        client = api(role)
        for route, _, _ in routes:
            for names, expected in ((_own(world), expected_own), (_others(world), expected_others)):
                answer = client.get(_path(route, names))
                allowed = 503 if route in READ else 200  # here no archive answers
                status = allowed if expected == 200 else expected
                assert (route, role, answer.status_code) == (route, role, status)
                from_archive = status == 200 and routes is not QIDO
                assert ("X-Accel-Redirect" in answer) == from_archive


@pytest.mark.parametrize(("route", "archive", "accept"), PIXELS + QIDO)
def test_children_of_another_study_are_not_found(api, world, route, archive, accept):
    """The admin may see both: it is the mixture that does not exist."""
    mixtures = [
        _own(world) | {"e": _others(world)["e"]},
        _own(world) | {"i": _others(world)["i"]},
        _own(world) | {"e": _others(world)["e"], "i": _others(world)["i"]},
    ]
    client = api("admin")
    for names in mixtures:
        path = _path(route, names)
        if path != _path(route, _own(world)):
            assert client.get(path).status_code == 404


S = "{s}/series/{e}/instances/{i}"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("", 404),
        ("/", 404),
        ("/studies/", 404),
        ("/studies/{s}/", 404),
        ("/studies//series", 404),
        ("/studies/{s}//series", 404),
        ("/studies/{s}/../{s}", 404),
        ("/studies/../studies", 404),
        ("/studies/..", 404),
        ("/studies/.", 404),
        ("/studies/%2e%2e/instances", 404),
        ("/studies/{s}%2f..%2f..%2finstances", 404),
        ("/studies/{s}/%2e%2e/%2e%2e/instances", 404),
        ("/studies/{s}/series/..", 404),
        ("/studies/{s};x=1/series", 404),
        ("/studies/{s};", 404),
        ("/STUDIES/{s}", 404),
        ("/Studies", 404),
        ("/studies/{s}/Metadata", 404),
        ("/studies/{s}%00", 404),
        ("/studies/{s}%0a", 404),
        ("/studies/{s}%0d%0aX-Accel-Redirect:%20/_orthanc/system", 404),
        ("/studies/{s}%20", 404),
        ("/studies/*", 404),
        ("/studies/1.2.*", 404),
        ("/studies/1..2", 404),
        ("/studies/.1.2", 404),
        ("/studies/1.2.", 404),
        ("/studies/" + "1" * 65, 404),
        ("/studies/" + "1." * 40000 + "1", 404),
        ("/studies/１.２", 404),
        ("/studies/{s}/series/{e}/metadata/x", 404),
        ("/studies/{s}/archive", 404),
        ("/studies/{s}/frames/1", 404),
        ("/series/", 404),
        ("/instances/{i}", 404),
        ("/series/{e}/instances", 404),
        ("/servers", 404),
        ("/info", 404),
        ("/../../../system", 404),
        ("/studies/" + S + "/frames/", 404),
        ("/studies/" + S + "/frames/0", 400),
        ("/studies/" + S + "/frames/4", 400),
        ("/studies/" + S + "/frames/,", 400),
        ("/studies/" + S + "/frames/1,,2", 400),
        ("/studies/" + S + "/frames/1,", 400),
        ("/studies/" + S + "/frames/-1", 404),
        ("/studies/" + S + "/frames/1.5", 404),
        ("/studies/" + S + "/frames/1%2f..%2f..", 404),
        ("/studies/" + S + "/frames/99999999999999999999", 400),
        ("/studies/" + S + "/frames/" + "1," * 100_000 + "1", 400),
        ("/studies/" + S + "/frames/" + "9" * 100_000, 400),
        ("/studies/" + S + "/bulk/", 404),
        ("/studies/" + S + "/bulk/7FE0001", 404),
        ("/studies/" + S + "/bulk/7FE00010/..", 404),
        ("/studies/" + S + "/bulk/..%2f..%2fmetadata", 404),
        ("/studies/" + S + "/bulk/7FE00010/1", 404),
        ("/studies/" + S + "/rendered?viewport=99999,1", 400),
        ("/studies/" + S + "/rendered?viewport=10", 400),
        ("/studies/" + S + "/rendered?viewport=a,b", 400),
        ("/studies/" + S + "/rendered?window=1,2,evil", 400),
        ("/studies/" + S + "/rendered?quality=101", 400),
        ("/studies/{s}/series?limit=-1", 400),
        ("/studies/{s}/series?limit=x", 400),
        ("/studies/{s}/series?offset=99999999999999", 400),
        ("/studies/{s}/series?Modality=MR&Modality=CT", 400),
        ("/studies/{s}/series?Modality=MR&00080060=CT", 400),
        ("/studies/{s}/series?Modality=M%00R", 400),
    ],
)
def test_refused_paths(api, world, path, status):
    answer = api("admin").get(URL + path.format(**_own(world)))
    assert answer.status_code == status
    assert "X-Accel-Redirect" not in answer
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["error"]["code"].startswith("ERR_")
    (record,) = index.records()
    assert record["outcome"] == ("denied" if status == 404 else "failed")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_other_methods_are_refused(api, world, method):
    routes = ["", *(f"/{route.format(**_own(world))}" for route, _, _ in PIXELS + QIDO)]
    for route in routes if method != "post" else [r for r in routes if r.count("/") > 1]:
        answer = getattr(api("admin"), method)(f"{URL}/studies{route}")
        assert answer.status_code == 405
        assert answer["Allow"].startswith("GET, HEAD")
        assert answer.json()["error"]["code"] == "ERR_106"
        assert "X-Accel-Redirect" not in answer


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "ERR_001"),
        ("Bearer", "ERR_002"),
        ("Bearer x.y.z", "ERR_002"),
        ("Basic Y2RzczpjZHNz", "ERR_002"),
        ("Bearer a, Bearer b", "ERR_002"),
        ("Bearer eyJhbGciOiJub25lIn0.eyJzaWQiOiIxIn0.", "ERR_002"),
    ],
)
def test_broken_tokens(client, world, header, code):
    headers = {"Authorization": header} if header else {}
    answer = client.get(_path(STUDY, _own(world)), headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, code)
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_session_that_ended_is_refused_at_once(api, world):
    client = api("doctor")
    path = _path(STUDY, _own(world))
    assert client.get(path).status_code == 200
    client.post("/api/acct/logout/")
    assert client.get(path).status_code == 401


def test_served_and_refused_are_both_recorded(api, users, client, world):
    patient = api("patient")
    patient.get(_path(f"{INSTANCE}/frames/2", _own(world)))
    patient.get(_path(f"{INSTANCE}/frames/1", _others(world)))
    api("nurse").get(_path(STUDY, _own(world)))
    client.get(_path(STUDY, _own(world)))
    patient.get(f"{URL}/studies?PatientName=Kim*")
    patient.get(f"{URL}/system")
    served, unseen, no_right, nobody, query, unknown = index.records()
    assert (served["action"], served["outcome"]) == ("dicomweb.retrieve", "ok")
    assert (served["object_type"], served["object_id"]) == (
        "instance",
        world.instance.sop_instance_uid,
    )
    assert (served["patient_id"], served["permission"]) == (world.patient.pk, "view_dicom")
    assert served["detail"]["frames"] == "2"
    assert served["detail"]["study_instance_uid"] == world.study.study_instance_uid
    assert (unseen["outcome"], unseen["patient_id"]) == ("denied", world.other.patient_id)
    assert {r["actor_id"] for r in (served, unseen, query, unknown)} == {users["patient"].pk}
    assert (no_right["outcome"], no_right["actor_id"]) == ("denied", users["nurse"].pk)
    assert (nobody["outcome"], nobody["actor_id"]) == ("denied", None)
    assert (query["action"], query["outcome"]) == ("dicomweb.query", "ok")
    assert (
        query["detail"] | {"results": 1, "studies": [world.study.study_instance_uid]}
        == (query["detail"])
    )
    assert (query["patient_id"], list(query["detail"]["filters"])) == (
        world.patient.pk,
        ["00100010"],
    )
    assert "Kim" not in str(query)
    assert (unknown["action"], unknown["outcome"]) == ("dicomweb.unknown", "denied")


def test_without_a_record_nothing_is_served(api, world, audit_down):
    client = api("doctor")
    names = _own(world)
    for path in (*(_path(route, names) for route, _, _ in PIXELS + QIDO), f"{URL}/studies"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "ERR_507")
        assert "X-Accel-Redirect" not in answer
