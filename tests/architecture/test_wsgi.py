"""What gunicorn makes of a request before any of our code runs."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from cdss_backend.wsgi import django_application


@pytest.mark.parametrize("charset", ["hex", "undefined", "punycode", "utf-16"])
def test_text_is_utf_8_whatever_charset_a_client_names(charset: str) -> None:
    environ = RequestFactory().get("/").environ | {
        "QUERY_STRING": "name=%EA%B9%80",
        "CONTENT_TYPE": f"text/plain; charset={charset}",
    }
    assert django_application.request_class(environ).GET["name"] == "김"


def test_a_content_type_that_cannot_be_read_is_none() -> None:
    environ = RequestFactory().post("/").environ | {"CONTENT_TYPE": "a/b; c*=nonsense'en'd"}
    assert django_application.request_class(environ).content_type == ""
