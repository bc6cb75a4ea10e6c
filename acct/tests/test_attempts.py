"""Failed attempts: counted before they are judged, delayed ever longer, locked for nobody else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from acct import attempts
from acct.attempts import NAME, NAME_HERE, Attempt, TooManyAttempts
from audit.models import AuditLog
from common.context import RequestContext, request_context
from conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()


def post(path, body, address="10.0.0.1"):
    return APIClient().post(f"/api/acct/{path}/", body, format="json", HTTP_X_REAL_IP=address)


def login(password, username="doctor1", address="10.0.0.1"):
    return post("login", {"username": username, "password": password}, address)


def tried(name, address):
    with request_context(RequestContext("", address)):
        try:
            Attempt(name).begin()
        except TooManyAttempts:
            return False
    return True


def test_side_by_side_guesses_are_counted_before_they_are_judged():
    with ThreadPoolExecutor(12) as pool:
        judged = list(pool.map(lambda _: tried("doctor1", "10.0.0.1"), range(60)))
    assert sum(judged) == NAME_HERE.free


def test_each_further_attempt_waits_twice_as_long(monkeypatch):
    for _ in range(NAME_HERE.free):
        assert tried("doctor1", "10.0.0.1")
    waits = []
    for _ in range(4):
        with request_context(RequestContext("", "10.0.0.1")), pytest.raises(TooManyAttempts) as no:
            Attempt("doctor1").begin()
        waits.append(no.value.retry_after_s)
        cache.delete_many([key.decode().split(":", 2)[2] for key in _waits()])
        assert tried("doctor1", "10.0.0.1")
    assert waits == pytest.approx([10, 20, 40, 80], abs=1)


def _waits():
    return cache._cache.get_client().keys("*:wait")


def test_refused_attempts_do_not_lengthen_the_wait():
    for _ in range(NAME_HERE.free + 50):
        tried("doctor1", "10.0.0.1")
    with request_context(RequestContext("", "10.0.0.1")), pytest.raises(TooManyAttempts) as refused:
        Attempt("doctor1").begin()
    assert refused.value.retry_after_s <= 10


def test_failures_elsewhere_do_not_lock_whoever_has_logged_in_from_here(users):
    assert login(PASSWORD).status_code == 200
    for number in range(NAME.free + 3):
        tried("doctor1", f"192.0.2.{number}")
    assert not tried("doctor1", "192.0.2.200"), "from everywhere else the name has to wait"
    assert login(PASSWORD).status_code == 200


def test_an_ipv6_subscriber_is_one_address():
    for number in range(NAME_HERE.free):
        assert tried("doctor1", f"2001:db8:1:2::{number:x}")
    assert not tried("doctor1", "2001:db8:1:2:ffff::1")
    assert tried("doctor1", "2001:db8:1:3::1")


def test_a_success_forgets_the_failures(users):
    for _ in range(3):
        for _ in range(NAME_HERE.free - 1):
            assert login("wrong").status_code == 401
        assert login(PASSWORD).status_code == 200


def test_successes_count_against_no_address(users):
    for _ in range(attempts.ADDRESS.free + 5):
        assert tried("", "10.0.0.9")
        with request_context(RequestContext("", "10.0.0.9")):
            Attempt().succeed()


def test_one_password_on_many_names_is_on_record(users):
    for name in ("nurse1", "doctor1", "admin1", "nobody", "rib1"):
        login("Spring-2026-Rain", username=name, address="10.0.0.7")
    reasons = AuditLog.objects.filter(action="session.login").values_list("detail", flat=True)
    assert [found["reason"] for found in reasons].count("one password on many names") == 1


def test_the_current_password_cannot_be_guessed_with_a_stolen_token(api, users):
    doctor = api("doctor")
    change = {"current_password": "guess", "new_password": "Another-Horse-77"}
    answers = [doctor.patch("/api/acct/me/", change, format="json") for _ in range(15)]
    assert [answer.status_code for answer in answers] == [400] * 10 + [429] * 5
    denied = AuditLog.objects.filter(actor_id=users["doctor"].pk, outcome="denied")
    assert denied.count() == 15
    assert login(PASSWORD, address="127.0.0.1").status_code == 429, "one counter for both"


def test_broken_refresh_tokens_are_counted_by_address(monkeypatch):
    monkeypatch.setattr(attempts, "ADDRESS", attempts.Limit(free=3, delay_s=10, longest_s=10))
    codes = [post("token/refresh", {"refresh": "x"}).status_code for _ in range(5)]
    assert codes == [401, 401, 401, 429, 429]


@pytest.mark.parametrize(
    "password",
    [
        "8412907756",
        "Password2026!",
        "Neuronova-2026",
        "CDSS-hospital1",
        "dragon123",
        "병원2026병원!",
    ],
)
def test_passwords_that_are_guessed_first_are_refused(api, users, password):
    body = {"username": "new", "password": password, "role": "nurse"}
    answer = api("admin").post("/api/acct/users/", body, format="json")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "password")


@pytest.mark.parametrize("password", ["Choi-Yujin-9", "minister.kim1", "kim.minister@h"])
@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ko", "아이디, 이름, 이메일과 비슷한 비밀번호는 사용할 수 없습니다."),
        ("en", "The password is too similar to the username, the name or the e-mail address."),
    ],
)
def test_a_password_like_the_persons_details_is_refused_in_words(
    api, users, password, language, sentence
):
    body = {
        "username": "minister.kim",
        "password": password,
        "role": "nurse",
        "full_name": "Choi Yujin",
        "email": "kim.minister@hospital.example",
    }
    headers = {"Accept-Language": language}
    answer = api("admin").post("/api/acct/users/", body, format="json", headers=headers)
    error = answer.json()["error"]
    assert (answer.status_code, error["field"], error["detail"]) == (400, "password", sentence)


def test_ones_own_new_password_is_refused_at_its_field(api, users):
    change = {"current_password": PASSWORD, "new_password": "8412907756"}
    answer = api("nurse").patch("/api/acct/me/", change, format="json")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "new_password")


def test_an_administrators_own_password_asks_for_the_current_one(api, users):
    admin = api("admin")
    own = admin.patch(
        f"/api/acct/users/{users['admin'].pk}/", {"password": "N3w-Long-Pass"}, format="json"
    )
    assert own.status_code == 403
    change = {"current_password": PASSWORD, "new_password": "N3w-Long-Pass"}
    assert admin.patch("/api/acct/me/", change, format="json").status_code == 200


def test_an_unknown_name_has_the_same_counter(users):
    codes = [login("x", username="nobody-here").status_code for _ in range(11)]
    assert codes == [401] * 10 + [429]
