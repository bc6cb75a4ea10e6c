"""POST ris/key-findings/: shape, limits and rights."""

from __future__ import annotations

import pytest

from ris import examples

pytestmark = pytest.mark.django_db
URL = "/api/ris/key-findings/"


def ask(client, **body):
    return client.post(URL, body, format="json")


def test_the_answer_is_the_example(api):
    answer = ask(api("rib"), **examples.KEY_FINDINGS_TEXT)
    assert answer.status_code == 200
    assert answer.json() == examples.KEY_FINDINGS


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": None},
        {"text": 7.5e300, "language": "xx"},
        {"text": ["a"]},
        {"text": "a" * ((64 << 10) + 1)},
        {"text": "출" * (22 << 10)},
        {"text": "mass\x00"},
    ],
)
def test_bad_input_is_refused_in_the_envelope(api, body):
    answer = ask(api("doctor"), **body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "ERR_101"


@pytest.mark.parametrize("text", ["", " \t\r\n", "\x01\x07\x1b[31m mass\x7f", "a" * (64 << 10)])
def test_any_text_within_the_limit_is_read(api, text):
    answer = ask(api("doctor"), text=text)
    assert answer.status_code == 200
    assert [row["concept"] for row in answer.json()["findings"]] == ["tumour"] * ("mass" in text)


@pytest.mark.parametrize(
    ("role", "status"),
    [("rib", 200), ("doctor", 200), ("lab", 403), ("nurse", 403), ("patient", 403), (None, 401)],
)
def test_rights(api, role, status):
    assert ask(api(role), text="mass").status_code == status
