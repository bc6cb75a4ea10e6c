"""Login, rotation, logout, and tokens of every broken kind."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from acct import services
from acct.models import Session, User
from audit.models import AuditLog
from conftest import PASSWORD

pytestmark = pytest.mark.django_db


def login(username="doctor1", password=PASSWORD):
    return APIClient().post(
        "/api/acct/login/", {"username": username, "password": password}, format="json"
    )


def me(token):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client.get("/api/acct/me/")


def refresh(token):
    return APIClient().post("/api/acct/token/refresh/", {"refresh": token}, format="json")


def test_login_answers_tokens_and_the_person(users):
    body = login().json()
    assert body["user"]["role"] == "doctor"
    assert "request_ai" in body["user"]["permissions"]
    assert "manage_users" not in body["user"]["permissions"]
    assert me(body["access"]).json()["username"] == "doctor1"


@pytest.mark.parametrize(
    ("username", "password"), [("doctor1", "wrong"), ("nobody", PASSWORD), ("DOCTOR1\x00", "x")]
)
def test_wrong_credentials_look_alike(users, username, password):
    answer = login(username, password)
    assert answer.status_code in (400, 401)
    if answer.status_code == 401:
        assert answer.json()["error"]["code"] == "ERR_004"


def test_an_inactive_person_cannot_log_in(users):
    users["doctor"].is_active = False
    users["doctor"].save()
    assert login().status_code == 401


def test_ten_failures_throttle_and_are_recorded(users):
    for _ in range(10):
        assert login(password="wrong").status_code == 401
    refused = login()
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 10
    assert AuditLog.objects.filter(action="session.login", outcome="denied").count() == 11


@pytest.mark.parametrize("spelling", ["DOCTOR1", "dóctor1", "döctor1"])
def test_other_spellings_of_a_name_share_its_failures(users, spelling):
    """The database compares names without case and accents."""
    for _ in range(10):
        assert login(spelling, "wrong").status_code == 401
    assert login(password="wrong").status_code == 429


def test_refresh_rotates_and_a_used_token_ends_the_session(users):
    first = login().json()
    second = refresh(first["refresh"]).json()
    assert me(second["access"]).status_code == 200
    stolen = refresh(first["refresh"])
    assert (stolen.status_code, stolen.json()["error"]["code"]) == (401, "ERR_003")
    assert me(second["access"]).status_code == 401
    assert refresh(second["refresh"]).status_code == 401
    reuse = AuditLog.objects.get(action="session.refresh")
    assert (reuse.outcome, reuse.actor_username) == ("denied", "doctor1")


def test_logout_ends_access_and_refresh_at_once_but_not_other_sessions(users):
    one, other = login().json(), login().json()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {one['access']}")
    assert client.post("/api/acct/logout/").status_code == 204
    revoked = me(one["access"])
    assert (revoked.status_code, revoked.json()["error"]["code"]) == (401, "ERR_003")
    assert refresh(one["refresh"]).status_code == 401
    assert me(other["access"]).status_code == 200


@pytest.mark.parametrize(
    "change", [{"role": "nurse"}, {"is_active": False}, {"password": "N3w-Long-Pass"}]
)
def test_role_password_and_deactivation_revoke_access_at_once(users, api, change):
    token = login().json()["access"]
    answer = api("admin").patch(f"/api/acct/users/{users['doctor'].pk}/", change, format="json")
    assert answer.status_code == 200
    assert me(token).status_code == 401


def test_own_password_needs_the_current_one_and_ends_sessions(users):
    token = login().json()["access"]
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    wrong = client.patch(
        "/api/acct/me/",
        {"current_password": "x", "new_password": "N3w-Long-Pass"},
        format="json",
    )
    assert wrong.json()["error"]["field"] == "current_password"
    right = client.patch(
        "/api/acct/me/",
        {"current_password": PASSWORD, "new_password": "N3w-Long-Pass"},
        format="json",
    )
    assert right.status_code == 200
    assert me(token).status_code == 401
    assert login(password="N3w-Long-Pass").status_code == 200


def test_a_profile_change_in_flight_does_not_undo_what_an_admin_did(users):
    stale = User.objects.get(pk=users["doctor"].pk)
    User.objects.filter(pk=stale.pk).update(role="nurse", is_active=False)
    services.profile_update(user=stale, full_name="New Name")
    kept = User.objects.get(pk=stale.pk)
    assert (kept.full_name, kept.role, kept.is_active) == ("New Name", "nurse", False)


def test_spaces_around_a_password_belong_to_it(users, api):
    body = {"username": "spaced", "password": "  N3w-Long-Pass ", "role": "lab"}
    assert api("admin").post("/api/acct/users/", body, format="json").status_code == 201
    assert login("spaced", "  N3w-Long-Pass ").status_code == 200
    assert login("spaced", "N3w-Long-Pass").status_code == 401


def test_an_address_longer_than_its_column_is_refused(users, api):
    email = f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.com"
    answer = api("doctor").patch("/api/acct/me/", {"email": email}, format="json")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "email")


def test_nobody_changes_their_own_role(users, api):
    answer = api("admin").patch(
        f"/api/acct/users/{users['admin'].pk}/", {"role": "doctor"}, format="json"
    )
    assert answer.status_code == 403


def _unsigned(claims):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."


def broken_tokens(user):
    session = Session.objects.create(
        user=user, refresh_jti="x", expires_at=timezone.now() + timedelta(days=1)
    )
    good = AccessToken()
    good["sid"], good["user_id"] = str(session.pk), user.pk
    claims = dict(good.payload)
    key = settings.SIMPLE_JWT["SIGNING_KEY"]
    expired = claims | {"exp": int((timezone.now() - timedelta(seconds=5)).timestamp())}
    without_sid = {k: v for k, v in claims.items() if k != "sid"}
    refresh_token = RefreshToken()
    refresh_token["sid"] = str(session.pk)
    return {
        "good": str(good),
        "empty": "",
        "garbage": "abc",
        "alg none": _unsigned(claims),
        "alg none, signature kept": _unsigned(claims) + str(good).split(".")[2],
        "wrong key": jwt.encode(claims, "x" * 40, algorithm="HS256"),
        "other algorithm": jwt.encode(claims, key, algorithm="HS512"),
        "expired": jwt.encode(expired, key, algorithm="HS256"),
        "other issuer": jwt.encode(claims | {"iss": "x"}, key, algorithm="HS256"),
        "refresh as access": str(refresh_token),
        "no session": jwt.encode(without_sid, key, algorithm="HS256"),
        "no user": jwt.encode(
            {k: v for k, v in claims.items() if k != "user_id"}, key, algorithm="HS256"
        ),
        "session no uuid": jwt.encode(claims | {"sid": "1 OR 1=1"}, key, algorithm="HS256"),
        "unknown session": jwt.encode(
            claims | {"sid": "6a1c1e1e-0000-4000-8000-000000000000"}, key, algorithm="HS256"
        ),
        "changed payload": ".".join(
            [str(good).split(".")[0], str(refresh_token).split(".")[1], str(good).split(".")[2]]
        ),
    }


def test_broken_tokens_are_all_refused(users):
    tokens = broken_tokens(users["doctor"])
    assert me(tokens.pop("good")).status_code == 200
    for kind, token in tokens.items():
        answer = me(token)
        assert answer.status_code == 401, kind
        assert answer.json()["error"]["code"] in ("ERR_001", "ERR_002", "ERR_003"), kind


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer a b", "bearer", "Token x"])
def test_other_schemes_are_refused(users, header):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)
    assert client.get("/api/acct/me/").status_code == 401


def test_an_expired_session_is_over(users):
    token = login().json()["access"]
    Session.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert me(token).status_code == 401


def test_admin_creates_users_and_names_are_unique(users, api):
    body = {"username": "new", "password": "N3w-Long-Pass", "role": "lab"}
    admin = api("admin")
    assert admin.post("/api/acct/users/", body, format="json").status_code == 201
    again = admin.post("/api/acct/users/", body, format="json")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "ERR_302")
    weak = admin.post(
        "/api/acct/users/", body | {"username": "n2", "password": "123"}, format="json"
    )
    assert (weak.status_code, weak.json()["error"]["field"]) == (400, "password")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=DOC", ["doctor1"]),
        ("q=b1", ["lab1", "rib1"]),
        ("q=kim@", ["nurse1"]),
        ("q=b1&role=rib", ["rib1"]),
        ("q=nobody", []),
        ("is_active=false", ["lab1"]),
    ],
)
def test_users_are_found_by_a_part_of_their_names(users, api, query, found):
    User.objects.filter(username="nurse1").update(email="kim@neuronova.example")
    User.objects.filter(username="lab1").update(is_active=False)
    rows = api("admin").get(f"/api/acct/users/?{query}").json()["results"]
    assert [row["username"] for row in rows] == found


def test_production_refuses_test_users(settings):
    from django.core.management import CommandError, call_command

    settings.TEST_USERS_ALLOWED = False
    with pytest.raises(CommandError):
        call_command("create_test_users")
    assert User.objects.count() == 0
