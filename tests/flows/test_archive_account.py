"""What the inference service's account may do at the archive: read one series, by a grant."""

from __future__ import annotations

import time

import pytest
import requests

from pacs.archive.orthanc import orthanc
from pacs.delivery.series_grants import series_grant

pytestmark = pytest.mark.usefixtures("studies")


@pytest.fixture(autouse=True)
def archive(stack, settings):
    """Our own client, of the stack's archive."""
    env = stack.settings
    settings.ORTHANC_URL = env["ORTHANC_URL"]
    settings.ORTHANC_CREDENTIALS = (env["ORTHANC_USERNAME"], env["ORTHANC_PASSWORD"])
    orthanc.cache_clear()
    yield
    orthanc.cache_clear()


@pytest.fixture
def ask(stack):
    """``ask(method, path, grant)``: the status of a request with the service's account."""
    env = stack.settings
    account = (env["INFERENCE_ORTHANC_USERNAME"], env["INFERENCE_ORTHANC_PASSWORD"])

    def make(method, path, grant=None, **options):
        headers = {"X-Series-Grant": grant} if grant else {}
        url = env["ORTHANC_URL"] + path
        answer = requests.request(method, url, auth=account, headers=headers, timeout=30, **options)
        return answer.status_code

    return make


@pytest.fixture
def ids():
    """Orthanc ids of two series, each with its first instance."""
    found = orthanc()._json(orthanc().request("GET", "/series?expand"))[:2]
    return [(series["ID"], series["Instances"][0]) for series in found]


def test_without_a_grant_it_may_nothing(ask, ids):
    ((series, instance), _) = ids
    for method, path in (
        ("GET", f"/series/{series}"),
        ("GET", f"/instances/{instance}/file"),
        ("GET", "/patients"),
        ("GET", "/system"),
        ("GET", "/dicom-web/studies"),
        ("POST", "/tools/find"),
        ("POST", "/tools/lookup"),
        ("POST", "/instances"),
        ("POST", "/tools/execute-script"),
        ("PUT", f"/series/{series}/metadata/20001"),
        ("PUT", "/modalities/another"),
        ("DELETE", f"/instances/{instance}"),
        ("GET", ""),
    ):
        assert ask(method, path) == 403, path


def test_a_grant_opens_its_series_to_reading_until_it_ends(ask, ids):
    (series, instance), (other, foreign) = ids
    with series_grant(series, holder="a", number=1, seconds=60) as grant:
        assert grant.series_orthanc_id == series
        assert ask("GET", f"/series/{series}", grant.key) == 200
        assert ask("GET", f"/instances/{instance}/file", grant.key) == 200
        for method, path in (
            ("GET", f"/series/{other}"),
            ("GET", f"/instances/{foreign}/file"),
            ("GET", f"/instances/{instance}/tags"),
            ("GET", f"/instances/{instance}/../../patients"),
            ("GET", f"/series/{series}/study"),
            ("DELETE", f"/series/{series}"),
            ("PUT", f"/series/{series}/metadata/20002"),
            ("POST", f"/series/{series}/anonymize"),
        ):
            assert ask(method, path, grant.key) == 403, path
        for wrong in (grant.key + "x", "20001 ", "20001", "x", "99999 " + grant.key[6:]):
            assert ask("GET", f"/series/{series}", wrong) == 403
        with series_grant(series, holder="b", number=2, seconds=60) as second:
            assert second.key != grant.key
            assert ask("GET", f"/series/{series}", second.key) == 200
        assert ask("GET", f"/series/{series}", second.key) == 403
        assert ask("GET", f"/series/{series}", grant.key) == 200
    assert ask("GET", f"/series/{series}", grant.key) == 403


def test_a_grant_ends_by_its_time(ask, ids):
    ((series, _), _) = ids
    with series_grant(series, holder="a", number=1, seconds=1) as grant:
        time.sleep(2)
        assert ask("GET", f"/series/{series}", grant.key) == 403
