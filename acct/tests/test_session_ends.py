"""Sessions end by time and for want of use; their owner and administrators see and end them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import jwt
import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from acct.attempts import ADDRESS
from acct.devices import Device, device_of
from acct.models import Session
from audit.models import AuditLog
from audit.services import stream
from conftest import PASSWORD
from rbac import epochs

pytestmark = pytest.mark.django_db
URL = "/api/acct/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def login(username="doctor1", **headers):
    body = {"username": username, "password": PASSWORD}
    return APIClient().post("/api/acct/login/", body, format="json", **headers).json()


def client_of(tokens):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access']}")
    return client


def status(tokens, **headers):
    return client_of(tokens).get("/api/acct/me/", **headers).status_code


def renewed(tokens):
    return APIClient().post(
        "/api/acct/token/refresh/", {"refresh": tokens["refresh"]}, format="json"
    )


def epoch_of(user):
    return int(stream().get(f"{epochs.EVERYBODY}:{user.pk}") or 0)


def unused_for(**time):
    Session.objects.update(last_used_at=timezone.now() - timedelta(**time))


def end_of(token):
    claims = jwt.decode(token, options={"verify_signature": False})
    return claims["exp"]


def test_no_token_outlives_the_session_however_often_it_is_renewed(users):
    tokens = login()
    ends_at = Session.objects.get().expires_at
    hours = (ends_at - timezone.now()) / timedelta(hours=1)
    assert hours == pytest.approx(12, abs=0.01)
    soon = timezone.now() + timedelta(minutes=5)
    Session.objects.update(expires_at=soon)
    again = renewed(tokens).json()
    assert Session.objects.get().expires_at == soon
    assert end_of(again["access"]) == end_of(again["refresh"]) == int(soon.timestamp())
    Session.objects.update(expires_at=timezone.now())
    assert status(again) == 401
    assert renewed(again).status_code == 401


def test_a_session_ends_when_it_is_not_used(users):
    tokens = login()
    unused_for(minutes=29)
    assert status(tokens) == 200, "this is a use"
    unused_for(minutes=31)
    assert status(tokens) == 401
    assert renewed(tokens).status_code == 401, "a token that was kept begins it again"


def test_returning_after_the_end_delays_nobody_at_the_same_address(users):
    """Behind one address, a whole ward comes back from lunch."""
    tokens = login()
    unused_for(minutes=31)
    assert {renewed(tokens).status_code for _ in range(ADDRESS.free + 5)} == {401}
    assert login()["access"]


def test_what_a_page_asks_by_itself_is_no_use(users):
    tokens = login()
    unused_for(minutes=20)
    before = Session.objects.get().last_used_at
    assert status(tokens, HTTP_X_BACKGROUND="1") == 200
    assert Session.objects.get().last_used_at == before
    assert status(tokens) == 200
    assert Session.objects.get().last_used_at > before


def test_use_is_written_once_a_minute(users, django_assert_num_queries):
    tokens = login()
    with django_assert_num_queries(1):
        assert status(tokens) == 200
    unused_for(seconds=70)
    with django_assert_num_queries(2):
        assert status(tokens, HTTP_X_REAL_IP="10.0.0.2") == 200
    assert Session.objects.get().address == "10.0.0.2"
    with django_assert_num_queries(1):
        assert status(tokens) == 200


def test_ones_own_sessions_are_listed(users):
    tokens = login(HTTP_USER_AGENT=FIREFOX, HTTP_X_REAL_IP="10.0.0.1")
    login(HTTP_USER_AGENT="curl/8.5.0", HTTP_X_REAL_IP="10.0.0.3")
    login("nurse1")
    rows = client_of(tokens).get(URL).json()
    shown = {(r["browser"], r["system"], r["address"], r["current"]) for r in rows}
    assert shown == {
        ("Firefox 140", "Linux", "10.0.0.1", True),
        ("curl 8", "", "10.0.0.3", False),
    }


def test_ones_own_sessions_end_at_the_very_next_request(users):
    kept, other, third = login(), login(), login()
    client = client_of(kept)
    epoch = epoch_of(users["doctor"])
    ended = jwt.decode(other["access"], options={"verify_signature": False})["sid"]
    assert client.delete(f"{URL}{ended}/").status_code == 204
    assert [status(each) for each in (kept, other, third)] == [200, 401, 200]
    assert renewed(other).status_code == 401
    assert epoch_of(users["doctor"]) != epoch, "cached decisions about images are void"
    assert client.delete(f"{URL}{ended}/").json()["error"]["code"] == "ERR_211"
    assert client.delete(URL).json() == {"ended": 1}
    assert [status(each) for each in (kept, other, third)] == [200, 401, 401]
    assert AuditLog.objects.filter(action="session.end", actor_username="doctor1").count() == 2


def test_nobody_ends_the_sessions_of_others_without_the_right(users, api):
    tokens = login()
    mine = Session.objects.get(user=users["doctor"])
    nurse = api("nurse")
    assert nurse.delete(f"{URL}{mine.pk}/").status_code == 404
    assert nurse.delete(f"/api/acct/users/{users['doctor'].pk}/sessions/").status_code == 403
    assert status(tokens) == 200


def test_an_administrator_sees_and_ends_the_sessions_of_a_user(users, api):
    one, other = login(), login()
    admin, url = api("admin"), f"/api/acct/users/{users['doctor'].pk}/sessions/"
    rows = admin.get(url).json()
    assert (len(rows), any(row["current"] for row in rows)) == (2, False)
    read = AuditLog.objects.get(action="session.list")
    assert (read.actor_username, read.object_id) == ("admin1", str(users["doctor"].pk))
    assert admin.delete(f"{url}{uuid4()}/").status_code == 404
    foreign = Session.objects.get(user=users["admin"])
    assert admin.delete(f"{url}{foreign.pk}/").status_code == 404, "of another user"
    sid = jwt.decode(one["access"], options={"verify_signature": False})["sid"]
    assert admin.delete(f"{url}{sid}/").status_code == 204
    assert [status(each) for each in (one, other)] == [401, 200]
    assert admin.delete(url).json() == {"ended": 1}
    assert status(other) == 401
    ends = AuditLog.objects.filter(action="session.end", permission="manage_users")
    assert {log.detail["user"] for log in ends} == {users["doctor"].pk}
    assert admin.get("/api/acct/users/999999/sessions/").status_code == 404


CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (f"{CHROME}142.0.0.0 Safari/537.36", Device("Chrome 142", "Windows")),
        (f"{CHROME}142.0.0.0 Safari/537.36 Edg/142.0.0.0", Device("Edge 142", "Windows")),
        (f"{CHROME}138.0.0.0 Whale/4.33.325.17 Safari/537.36", Device("Whale 4", "Windows")),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
            Device("Safari 18", "iPhone"),
        ),
        ("python-requests/2.32.5", Device("python-requests 2", "")),
        ("Mozilla/5.0 (unheard of)", Device("", "")),
        ("<script>alert(1)</script>", Device("", "")),
        ("", Device("", "")),
    ],
)
def test_a_device_is_named_in_words(user_agent, device):
    assert device_of(user_agent) == device


def test_the_limits_are_settings(users, settings):
    settings.SESSION_IDLE = timedelta(minutes=5)
    settings.SESSION_LIFETIME = timedelta(hours=1)
    tokens = login()
    assert end_of(tokens["refresh"]) <= (timezone.now() + timedelta(hours=1)).timestamp()
    unused_for(minutes=6)
    assert status(tokens) == 401
