"""A right that ends while somebody opens a study at full speed: nothing is served after it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import uuid4

import pytest
import requests

from common.http.api_client import ApiClient
from tests.flows.test_attacks import images_of

PASSWORD = "Quiet-Horse-7-Battery"
VIEWERS = 6


@pytest.fixture
def person(login, base_url):
    """A doctor of their own for each test, logged in: (id, client)."""
    name = f"leaving-{uuid4().hex[:8]}"
    created = login("admin").post(
        "acct/users/",
        json={"username": name, "password": PASSWORD, "role": "doctor", "full_name": "Leaving"},
    )
    return created["id"], ApiClient.logged_in(base_url, name, PASSWORD)


def _change(admin, user_id, **fields):
    admin.call("PATCH", f"acct/users/{user_id}/", json=fields)


@pytest.mark.parametrize(
    "end",
    [
        lambda admin, user_id, client: _change(admin, user_id, is_active=False),
        lambda admin, user_id, client: _change(admin, user_id, role="nurse"),
        lambda admin, user_id, client: _change(admin, user_id, password=f"{PASSWORD}-2"),
        lambda admin, user_id, client: client.call("POST", "acct/logout/"),
    ],
    ids=["deactivated", "role", "password", "logout"],
)
def test_no_frame_is_served_to_a_request_that_began_after_the_change(login, studies, person, end):
    user_id, client = person
    images = images_of(login("doctor"), studies["P2026-0002"])
    url = f"{client.base_url}/api/ris/dicom-web{images.path}/frames/1"
    headers = {"Authorization": str(client.session.headers["Authorization"])}
    stop = Event()

    def look() -> list[tuple[float, int]]:
        """When each request began, and its status."""
        seen, session = [], requests.Session()
        while not stop.is_set():
            begun = time.monotonic()
            seen.append((begun, session.get(url, headers=headers, timeout=30).status_code))
        return seen

    with ThreadPoolExecutor(VIEWERS) as pool:
        viewers = [pool.submit(look) for _ in range(VIEWERS)]
        time.sleep(1.5)
        end(login("admin"), user_id, client)
        ended = time.monotonic()
        time.sleep(1)
        stop.set()
        requests_made = [entry for viewer in viewers for entry in viewer.result()]
    before = [status for begun, status in requests_made if begun < ended - 1]
    after = [status for begun, status in requests_made if begun >= ended]
    assert before
    assert set(before) == {200}
    assert after
    assert set(after) == {401}
