"""A client of our public REST API, for management commands and benchmarks."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from typing import Any, TypeVar

import requests

TIMEOUT_S = (5, 600)


class ApiCallFailed(Exception):
    """The API refused the call or is not available. The message is for the user."""


class ApiClient:
    """A session of one user. Paths are relative to ``/api/``."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = "en"

    @classmethod
    def logged_in(cls, base_url: str, username: str, password: str) -> ApiClient:
        client = cls(base_url)
        tokens = client.post("acct/login/", json={"username": username, "password": password})
        client.session.headers["Authorization"] = f"Bearer {tokens['access']}"
        return client

    def call(
        self, method: str, path: str, *, also: Collection[int] = (), **kwargs: Any
    ) -> requests.Response:
        """Send a request; return the response if its status is below 400 or one of ``also``.

        Raises ApiCallFailed with the message of the error envelope.
        """
        try:
            response = self.session.request(
                method, f"{self.base_url}/api/{path}", timeout=TIMEOUT_S, **kwargs
            )
        except requests.RequestException as error:
            raise ApiCallFailed(
                f"{self.base_url} is not available ({type(error).__name__}); is bin/up running?"
            ) from None
        if response.status_code >= 400 and response.status_code not in also:
            raise ApiCallFailed(f"{method} {path}: {_sentence(response)}")
        return response

    def status(self, path: str) -> int:
        """The status of a GET, whatever it is: for polling."""
        url = f"{self.base_url}/api/{path}"
        return self.session.get(url, timeout=TIMEOUT_S).status_code

    def get(self, path: str, **params: Any) -> Any:
        return self.call("GET", path, params=params).json()

    def post(self, path: str, **kwargs: Any) -> Any:
        return self.call("POST", path, **kwargs).json()


def _sentence(response: requests.Response) -> str:
    try:
        error = response.json()["error"]
        return f"{error['code']} {error['message']} {error['detail']}".strip()
    except (ValueError, KeyError, TypeError):
        return f"status {response.status_code}"


def default_base_url() -> str:
    """The URL of nginx on this machine."""
    return f"http://127.0.0.1:{os.environ.get('CDSS_PORT', '8080')}"


Value = TypeVar("Value")


def wait_until(
    read: Callable[[], Value],
    done: Callable[[Value], bool],
    *,
    what: str,
    timeout_s: float = 120,
) -> Value:
    """Call ``read`` until ``done(value)`` is true; return the value.

    Raises ApiCallFailed with ``what`` after ``timeout_s`` seconds.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        value = read()
        if done(value):
            return value
        if time.monotonic() > deadline:
            raise ApiCallFailed(f"{what}: timed out after {timeout_s:.0f} s")
        time.sleep(0.1)
