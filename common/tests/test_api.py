"""Envelope, language, request id, idempotency, ETag helpers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.exceptions import SuspiciousOperation, TooManyFieldsSent
from django.db import OperationalError
from django.http import UnreadablePostError
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.request import Request

from common.api.etag import expected_version
from common.api.exceptions import as_app_error
from common.api.parsers import MAX_DEPTH
from common.error_texts_ko import KOREAN
from common.errors import ConflictError, ErrorCode, InvalidInput
from common.idempotency import services as idempotency
from common.idempotency.models import IdempotencyKey

USER = {
    "username": "new.person",
    "password": "Correct-Horse-9-Battery",
    "role": "nurse",
}


def test_codes_are_unique_and_in_their_ranges():
    codes = [c.value.code for c in ErrorCode]
    assert len(codes) == len(set(codes))
    assert set(codes) == set(KOREAN)
    assert all(re.fullmatch(r"ERR_\d{3}", c) for c in codes)
    for code in ErrorCode:
        number, status = int(code.value.code[4:]), code.value.status
        if number < 100:
            assert status in (401, 403, 429)
        elif 200 <= number < 300:
            assert status == 404
        elif number > 500:
            assert status in (502, 503)


def test_an_unknown_error_becomes_internal_without_its_text():
    error = as_app_error(ValueError("Kim^Minjun"))
    assert (error.code, error.detail) == (ErrorCode.INTERNAL, "")


@pytest.mark.django_db
def test_envelope_in_the_language_asked_for_with_the_request_id(api):
    for language, word in (("ko", "로그인"), ("en", "log in")):
        answer = api(None).get(
            "/api/acct/me/", HTTP_ACCEPT_LANGUAGE=language, HTTP_X_REQUEST_ID="nginx-id-0001"
        )
        error = answer.json()["error"]
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"
        assert answer["X-Request-ID"] == "nginx-id-0001" == error["request_id"]
        assert word in error["message"]
        assert set(error) == {"code", "message", "detail", "field", "timestamp", "request_id"}


@pytest.mark.django_db
def test_a_hostile_request_id_is_replaced(api):
    answer = api(None).get("/api/acct/me/", HTTP_X_REQUEST_ID='x"} injected')
    assert re.fullmatch(r"[0-9a-f]{32}", answer["X-Request-ID"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "body", "content_type", "status", "code"),
    [
        ("get", "/api/nowhere/", None, None, 404, "ERR_299"),
        ("delete", "/api/acct/me/", None, None, 405, "ERR_106"),
        ("patch", "/api/acct/me/", "{", "application/json", 400, "ERR_102"),
        ("patch", "/api/acct/me/", "<x/>", "text/xml", 415, "ERR_103"),
        ("patch", "/api/acct/me/", '{"language": "de"}', "application/json", 400, "ERR_101"),
    ],
)
def test_every_refusal_wears_the_envelope(api, method, path, body, content_type, status, code):
    client = api("doctor")
    extra = {"content_type": content_type} if content_type else {}
    answer = getattr(client, method)(path, body, **extra)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def nested(depth):
    return '{"a":' * depth + "1" + "}" * depth


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        nested(MAX_DEPTH + 1),
        nested(100_000),
        "[" * 100_000,
        '{"a": 1e400}',
        '{"a": NaN}',
        '{"a": ' + "9" * 5000 + "}",
        '{"a": "\\ud800"}',
        '{"\\ud800": 1}',
    ],
    ids=lambda body: body[:20],
)
def test_json_that_no_column_could_hold_is_malformed(api, body):
    answer = api("doctor").patch("/api/acct/me/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "ERR_102")


@pytest.mark.django_db
def test_json_of_the_greatest_depth_is_read(api):
    body = nested(MAX_DEPTH)
    answer = api("doctor").patch("/api/acct/me/", body, content_type="application/json")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TooManyFieldsSent(), ErrorCode.REQUEST_TOO_LARGE),
        (SuspiciousOperation("x"), ErrorCode.MALFORMED),
        (UnreadablePostError("x"), ErrorCode.MALFORMED),
        (OverflowError("date value out of range"), ErrorCode.VALIDATION),
    ],
)
def test_a_request_that_cannot_be_read_is_not_our_fault(error, code):
    assert as_app_error(error).code is code


def test_a_database_that_fails_is_logged_without_its_text(caplog):
    error = as_app_error(OperationalError(1205, "Kim^Minjun"))
    assert error.code is ErrorCode.UPSTREAM_UNAVAILABLE
    assert [r.error for r in caplog.records] == ["OperationalError 1205"]
    assert "Kim" not in caplog.text


@pytest.mark.django_db
def test_the_same_key_runs_once_and_answers_the_same(api):
    admin = api("admin")
    first = admin.post("/api/acct/users/", USER, format="json", HTTP_X_IDEMPOTENCY_KEY="k1")
    again = admin.post("/api/acct/users/", USER, format="json", HTTP_X_IDEMPOTENCY_KEY="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["X-Idempotent-Replay"] == "true"


@pytest.mark.django_db
def test_another_body_under_the_key_is_refused(api):
    admin = api("admin")
    admin.post("/api/acct/users/", USER, format="json", HTTP_X_IDEMPOTENCY_KEY="k1")
    other = admin.post(
        "/api/acct/users/", USER | {"role": "lab"}, format="json", HTTP_X_IDEMPOTENCY_KEY="k1"
    )
    assert (other.status_code, other.json()["error"]["code"]) == (422, "ERR_304")


@pytest.mark.django_db
def test_the_key_of_another_person_is_another_key(api, users):
    for user in (users["admin"], users["doctor"]):
        outcome = idempotency.claim(
            user_id=user.pk, key="k", method="POST", path="/x", body_hash="h"
        )
        assert isinstance(outcome, idempotency.Claim)


@pytest.mark.django_db
def test_in_progress_abandoned_failed_and_expired_keys():
    fields = {"user_id": 1, "key": "k", "method": "POST", "path": "/x", "body_hash": "h"}
    claim = idempotency.claim(**fields)
    assert isinstance(claim, idempotency.Claim)
    with pytest.raises(ConflictError) as caught:
        idempotency.claim(**fields)
    assert caught.value.code is ErrorCode.IDEMPOTENCY_IN_PROGRESS
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    claim = idempotency.claim(**fields)
    assert isinstance(claim, idempotency.Claim), "abandoned by a dead process"
    idempotency.settle(claim, status=503, body={})
    claim = idempotency.claim(**fields)
    assert isinstance(claim, idempotency.Claim), "a server failure frees the key"
    idempotency.settle(claim, status=201, body={"id": 1})
    assert idempotency.claim(**fields) == idempotency.Stored(201, {"id": 1})
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert idempotency.expire() == 1


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('"7"', 7),
        ('W/"7"', 7),
        ("", ConflictError),
        ('"x"', InvalidInput),
        (f'"{"9" * 5000}"', InvalidInput),
    ],
)
def test_if_match(header, expected):
    request = Request(RequestFactory().get("/", HTTP_IF_MATCH=header))
    if isinstance(expected, int):
        assert expected_version(request) == expected
        return
    with pytest.raises(expected):
        expected_version(request)
