"""Who gets the API's description, and in which form; nginx sends the file."""

from __future__ import annotations

import pytest

from common.api.docs import Schema
from common.api.permissions import Access

pytestmark = pytest.mark.django_db
PATH = "/api/schema/"


@pytest.mark.parametrize(
    ("query", "accept", "form"),
    [("", None, "yaml"), ("", "application/json,*/*", "json"), ("?format=json", None, "json")],
)
def test_the_file_that_was_asked_for(api, query, accept, form):
    answer = api(None).get(PATH + query, **({"HTTP_ACCEPT": accept} if accept else {}))
    assert answer.headers["X-Accel-Redirect"] == f"/_openapi/openapi.{form}"
    assert ("json" in answer.headers["Content-Type"]) == (form == "json")
    assert answer.content == b""


def test_in_production_whoever_has_not_logged_in_does_not_get_it(api, monkeypatch):
    monkeypatch.setattr(Schema, "required_permissions", {"GET": Access.AUTHENTICATED})
    refused = api(None).get(PATH)
    assert refused.status_code == 401
    assert "X-Accel-Redirect" not in refused.headers
    assert api("nurse").get(PATH).status_code == 200
