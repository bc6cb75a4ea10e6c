"""Our own public API, as the commands and benches use it: over HTTP, like anybody."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from typing import Any, TypeVar

import requests

TIMEOUT_S = (5, 600)


class ApiCallFailed(Exception):
    """The API refused or did not answer; the text is for a person."""


class ApiClient:
    """One person's session. Paths are relative to ``/api/``."""

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
        """Any answer below 400, or ``also`` of these statuses.

        Raises ApiCallFailed with the envelope's sentence.
        """
        try:
            response = self.session.request(
                method, f"{self.base_url}/api/{path}", timeout=TIMEOUT_S, **kwargs
            )
        except requests.RequestException as error:
            raise ApiCallFailed(
                f"{self.base_url} does not answer ({type(error).__name__}); is bin/up running?"
            ) from None
        if response.status_code >= 400 and response.status_code not in also:
            raise ApiCallFailed(f"{method} {path}: {_sentence(response)}")
        return response

    def status(self, path: str) -> int:
        """Only the status of a GET: for waiting until something is there."""
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
    """Where nginx listens on this machine."""
    return f"http://127.0.0.1:{os.environ.get('CDSS_PORT', '8080')}"


Value = TypeVar("Value")


def wait_until(
    read: Callable[[], Value],
    done: Callable[[Value], bool],
    *,
    what: str,
    timeout_s: float = 120,
) -> Value:
    """Read until ``done``; raises ApiCallFailed naming ``what`` after ``timeout_s``."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = read()
        if done(value):
            return value
        if time.monotonic() > deadline:
            raise ApiCallFailed(f"{what}: nothing after {timeout_s:.0f} s")
        time.sleep(0.1)
