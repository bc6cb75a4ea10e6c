"""The browser's session: the refresh token in a cookie that no page and no other site can use."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from acct.models import Session
from audit.models import AuditLog
from conftest import PASSWORD

pytestmark = pytest.mark.django_db
BROWSER = {"HTTP_X_SESSION": "cookie"}
COOKIE = "cdss_refresh"


@pytest.fixture
def browser(users):
    """A client that keeps cookies, logged in as the doctor."""
    client = APIClient()
    client.post(
        "/api/acct/login/", {"username": "doctor1", "password": PASSWORD}, format="json", **BROWSER
    )
    return client


def login(**headers):
    body = {"username": "doctor1", "password": PASSWORD}
    return APIClient().post("/api/acct/login/", body, format="json", **headers)


def refresh(client, **headers):
    return client.post("/api/acct/token/refresh/", **(headers or BROWSER))


def cookie(client):
    return client.cookies[COOKIE].value


def me(token):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client.get("/api/acct/me/")


def later(seconds):
    """As if the last rotation had been ``seconds`` ago."""
    session = Session.objects.get()
    session.rotated_at -= timedelta(seconds=seconds)
    session.save()


@pytest.mark.parametrize(("address", "secure"), [("https://h", True), ("http://h", "")])
def test_login_puts_the_refresh_token_into_a_guarded_cookie_only(users, settings, address, secure):
    settings.PUBLIC_BASE_URL = address
    answer = login(**BROWSER)
    assert set(answer.json()) == {"access", "user"}
    assert me(answer.json()["access"]).json()["username"] == "doctor1"
    morsel = answer.cookies[COOKIE]
    assert (morsel["httponly"], morsel["samesite"], morsel["secure"]) == (True, "Strict", secure)
    assert (morsel["path"], morsel["domain"]) == ("/api/acct/", "")
    assert 12 * 3600 - 5 <= morsel["max-age"] <= 12 * 3600, "to the end of the session"
    assert morsel.value not in answer.content.decode()


def test_an_api_client_gets_json_and_no_cookie(users):
    answer = login()
    assert set(answer.json()) == {"access", "refresh", "user"}
    assert not answer.cookies
    renewed = APIClient().post(
        "/api/acct/token/refresh/", {"refresh": answer.json()["refresh"]}, format="json"
    )
    assert renewed.json()["refresh"]
    assert not renewed.cookies


def test_renewal_rotates_the_cookie_and_says_who_is_logged_in(browser):
    first = cookie(browser)
    answer = refresh(browser)
    assert set(answer.json()) == {"access", "user"}
    assert answer.json()["user"]["role"] == "doctor"
    assert me(answer.json()["access"]).status_code == 200
    assert cookie(browser) != first
    assert answer.cookies[COOKIE]["httponly"]
    assert refresh(browser).status_code == 200


def test_the_cookie_alone_renews_nothing(browser):
    """What a form on another site could send: cookies, but no header of its own."""
    answer = browser.post("/api/acct/token/refresh/")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "refresh")
    assert not answer.cookies


@pytest.mark.parametrize("form", ["", "Cookie", "cookie, cookie", "json"])
@pytest.mark.parametrize("path", ["login/", "token/refresh/"])
def test_another_form_of_session_is_refused(browser, path, form):
    body = {"username": "doctor1", "password": PASSWORD}
    answer = browser.post(f"/api/acct/{path}", body, format="json", HTTP_X_SESSION=form)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "X-Session")
    assert not answer.cookies


def test_without_a_cookie_nobody_is_logged_in(users):
    answer = refresh(APIClient())
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "ERR_001")


def test_a_token_in_the_body_is_not_taken_for_the_cookie(users):
    token = login().json()["refresh"]
    answer = APIClient().post(
        "/api/acct/token/refresh/", {"refresh": token}, format="json", **BROWSER
    )
    assert answer.status_code == 401


def test_a_broken_cookie_is_refused(users):
    client = APIClient()
    client.cookies[COOKIE] = "no.token.at-all"
    answer = refresh(client)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "ERR_002")


def test_reuse_of_a_cookie_ends_the_session(browser):
    stolen = cookie(browser)
    access = refresh(browser).json()["access"]
    later(11)
    thief = APIClient()
    thief.cookies[COOKIE] = stolen
    assert (refresh(thief).status_code, refresh(thief).json()["error"]["code"]) == (401, "ERR_003")
    assert me(access).status_code == 401
    assert refresh(browser).status_code == 401
    assert AuditLog.objects.filter(action="session.refresh", outcome="denied").count() == 1


def test_a_lost_answer_is_answered_again_for_a_moment(browser):
    """A reload while a renewal is on the way: both answers hold the same successor."""
    sent = cookie(browser)
    refresh(browser)
    reloaded = APIClient()
    reloaded.cookies[COOKIE] = sent
    assert refresh(reloaded).status_code == 200
    later(11)
    assert refresh(browser).status_code == 200
    later(11)
    assert refresh(reloaded).status_code == 401


def test_the_token_before_the_last_is_never_answered_again(browser):
    oldest = cookie(browser)
    refresh(browser)
    refresh(browser)
    late = APIClient()
    late.cookies[COOKIE] = oldest
    assert refresh(late).status_code == 401
    assert refresh(browser).status_code == 401


def test_an_api_client_gets_no_second_answer(users):
    token = login().json()["refresh"]
    statuses = [
        APIClient().post("/api/acct/token/refresh/", {"refresh": token}, format="json").status_code
        for _ in range(2)
    ]
    assert statuses == [200, 401]


def test_logout_ends_the_session_and_clears_the_cookie(browser):
    kept = cookie(browser)
    access = refresh(browser).json()["access"]
    browser.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    answer = browser.post("/api/acct/logout/", **BROWSER)
    assert answer.status_code == 204
    morsel = answer.cookies[COOKIE]
    assert (morsel.value, morsel["max-age"], morsel["path"]) == ("", 0, "/api/acct/")
    assert me(access).status_code == 401
    for token in (kept, cookie(browser)):
        client = APIClient()
        client.cookies[COOKIE] = token or kept
        assert refresh(client).status_code == 401
