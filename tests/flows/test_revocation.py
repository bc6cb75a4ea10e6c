"""A right that ends while somebody opens a study at full speed: nothing is served after it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import NamedTuple
from uuid import uuid4

import pytest
import requests

from common.http.api_client import ApiClient, wait_until
from tests.flows.test_attacks import images_of

PASSWORD = "Quiet-Horse-7-Battery"
VIEWERS = 6
ENOUGH = 10 * VIEWERS


class Look(NamedTuple):
    """A request: when it began and ended, and its status."""

    begun: float
    finished: float
    status: int


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

    seen: list[Look] = []

    def look() -> None:
        session = requests.Session()
        while not stop.is_set():
            begun = time.monotonic()
            status = session.get(url, headers=headers, timeout=30).status_code
            seen.append(Look(begun, time.monotonic(), status))

    def wait_for_looks(since: float) -> None:
        wait_until(
            lambda: [one for one in list(seen) if one.begun >= since],
            lambda found: len(found) >= ENOUGH,
            what=f"{ENOUGH} requests",
        )

    with ThreadPoolExecutor(VIEWERS) as pool:
        viewers = [pool.submit(look) for _ in range(VIEWERS)]
        try:
            wait_for_looks(0)
            ending = time.monotonic()
            end(login("admin"), user_id, client)
            ended = time.monotonic()
            wait_for_looks(ended)
        finally:
            stop.set()
        for viewer in viewers:
            viewer.result()
    assert {one.status for one in seen if one.finished < ending} == {200}
    assert {one.status for one in seen if one.begun >= ended} == {401}
