"""What a client accepts and asks for, and what of it reaches the archive."""

from __future__ import annotations

import pytest

from pacs.models import Instance

pytestmark = pytest.mark.django_db
FRAMES = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
DICOM = 'multipart/related; type="application/dicom"; transfer-syntax=*'
JLS = "1.2.840.10008.1.2.4.80"


def path_of(route, world):
    study = f"/api/ris/dicom-web/studies/{world.study.study_instance_uid}"
    series = f"{study}/series/{world.series.series_instance_uid}"
    instance = f"{series}/instances/{world.instance.sop_instance_uid}"
    return route.format(s=study, i=instance)


@pytest.mark.parametrize(
    ("route", "stored", "accept", "passed"),
    [
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
        ("{s}/metadata", None, 'multipart/related; type="application/dicom+xml"', None),
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
