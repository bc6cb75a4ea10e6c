"""What a client accepts and asks for, and what of it reaches the archive."""

from __future__ import annotations

import pytest

from pacs.models import Instance

pytestmark = pytest.mark.django_db
FRAMES = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
DICOM = 'multipart/related; type="application/dicom"; transfer-syntax=*'
RAW_FRAMES = FRAMES.replace("*", "1.2.840.10008.1.2.1")
JSON = "application/dicom+json"
JLS = "1.2.840.10008.1.2.4.80"


def path_of(route, world):
    study = f"/api/ris/dicom-web/studies/{world.study.study_instance_uid}"
    series = f"{study}/series/{world.series.series_instance_uid}"
    instance = f"{series}/instances/{world.instance.sop_instance_uid}"
    return route.format(s=study, i=instance)


@pytest.mark.parametrize(
    ("route", "stored", "accept", "passed"),
    [
        ("{i}/frames/1,2", None, "*/*", FRAMES),
        ("{i}/frames/1,2", None, "multipart/*", FRAMES),
        ("{i}/frames/1,2", None, "multipart/related", FRAMES),
        ("{i}/frames/1,2", None, "Multipart/Related; Type=application/octet-stream", FRAMES),
        ("{i}/frames/1,2", None, f"image/png;q=0.9, {FRAMES};q=0.5", FRAMES),
        (
            "{i}/frames/1,2",
            None,
            "multipart/related; type=application/octet-stream; transfer-syntax=*",
            FRAMES,
        ),
        (
            "{i}/frames/1,2",
            "1.2.840.10008.1.2",
            RAW_FRAMES,
            FRAMES,
        ),
        (
            "{i}/frames/1,2",
            JLS,
            f"multipart/related; type=image/jls; transfer-syntax={JLS}",
            FRAMES,
        ),
        ("{i}/frames/1,2", JLS, "multipart/related; type=image/jls", FRAMES),
        ("{i}/frames/1,2", JLS, "multipart/related; type=image/jp2", None),
        ("{i}/frames/1,2", None, "application/octet-stream", None),
        ("{i}/frames/1,2", None, "image/jpeg", None),
        ("{i}/frames/1,2", None, "multipart/related; type=application/dicom", None),
        ("{i}/frames/1,2", None, f"{FRAMES};q=0", None),
        ("{i}/frames/1,2", None, "x" * 2000, None),
        ("{i}/frames/1,2", None, "a/b; c*=nonsense''d", None),
        ("{s}", None, "multipart/related; type=application/dicom", DICOM),
        ("{s}", JLS, f"multipart/related; type=application/dicom; transfer-syntax={JLS}", DICOM),
        (
            "{s}",
            "1.2.840.10008.1.2",
            "multipart/related; type=application/dicom; transfer-syntax=1.2.840.10008.1.2.1",
            None,
        ),
        ("{s}", None, "application/dicom", None),
        ("{s}", None, "application/octet-stream", None),
        ("{s}/metadata", None, "application/dicom+json", JSON),
        ("{s}/metadata", None, "application/json", JSON),
        ("{s}/metadata", None, "application/*", JSON),
        ("{s}/metadata", None, 'multipart/related; type="application/dicom+xml"', None),
        ("{s}/rendered", None, "image/png", "image/png"),
        ("{s}/rendered", None, "image/gif, image/*;q=0.1", "image/jpeg"),
        ("{s}/rendered", None, "image/gif", None),
        ("{s}/rendered", None, "text/html", None),
    ],
)
def test_accept_is_rewritten_or_refused(api, mine, route, stored, accept, passed):
    Instance.objects.update(frames=2)
    if stored:
        Instance.objects.update(transfer_syntax_uid=stored)
    answer = api("doctor").get(path_of(route, mine), HTTP_ACCEPT=accept)
    if passed is None:
        assert (answer.status_code, answer.json()["error"]["code"]) == (406, "ERR_105")
        assert "X-Accel-Redirect" not in answer
    else:
        assert answer.status_code == 200
        assert answer["X-Orthanc-Accept"] == passed


def test_query_parameters_of_retrievals_are_dropped(api, mine):
    answer = api("doctor").get(f"{path_of('{s}/metadata', mine)}?accept=x&evil=1")
    assert answer["X-Accel-Redirect"].endswith("/metadata")
