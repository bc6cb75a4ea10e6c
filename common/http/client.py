"""The base of the HTTP clients: a session, timeouts, retries of safe methods, a circuit breaker.

No response, a timeout or a 5xx status is a retryable ExternalError; subclasses map 4xx. The text
of an upstream response is never passed on to our clients.
"""

from __future__ import annotations

import logging
import time
from functools import cached_property
from http.client import HTTPException
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from common.context import REQUEST_ID_HEADER, current
from common.errors import ErrorCode, ExternalError
from common.http.breaker import CircuitBreaker
from common.http.fetch import Allocate, Fetcher, new_memory

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 3.0
RETRIED = (502, 503, 504)
BACKOFF_S = 0.2
SAFE_METHODS = frozenset({"GET", "HEAD"})
TIMED_OUT = requests.ReadTimeout.__name__
"""The detail of an ExternalError after a read timeout: the service received the request."""


class HttpClient:
    """One subclass for each service; ``unavailable`` is the error code when it does not respond."""

    def __init__(
        self,
        base_url: str,
        *,
        unavailable: ErrorCode,
        read_timeout_s: float = 10.0,
        retries: int = 2,
        pool_size: int = 10,
        fail_max: int = 5,
        reset_timeout_s: float = 5.0,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.unavailable = unavailable
        self.read_timeout_s = read_timeout_s
        self.retries = retries
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy, no .netrc: these servers are our own
        retry = Retry(
            total=retries,
            backoff_factor=BACKOFF_S,
            status_forcelist=RETRIED,
            allowed_methods=SAFE_METHODS,
            raise_on_status=False,
        )
        adapter = HTTPAdapter(max_retries=retry, pool_maxsize=pool_size)
        self.session.mount("http://", adapter)
        self.session.mount("https://", adapter)
        self.breaker = CircuitBreaker(fail_max, reset_timeout_s)

    def request(
        self, method: str, path: str, *, read_timeout_s: float | None = None, **kwargs: Any
    ) -> requests.Response:
        """Send a request; return the response if its status is below 500.

        Raises ExternalError(retryable=True) if the service does not respond or returns 5xx, or if
        the circuit breaker is open.
        """
        if not self.breaker.allows():
            raise self._failure("circuit open")
        headers = {REQUEST_ID_HEADER: current().request_id, **kwargs.pop("headers", {})}
        timeout = (CONNECT_TIMEOUT_S, read_timeout_s or self.read_timeout_s)
        try:
            response = self.session.request(
                method, self.base_url + path, timeout=timeout, headers=headers, **kwargs
            )
        except requests.RequestException as error:
            self.breaker.failed()
            raise self._failure(type(error).__name__) from None
        if response.status_code >= 500:
            response.close()
        self._settle(response.status_code)
        return response

    def content(
        self, path: str, *, read_timeout_s: float, allocate: Allocate = new_memory
    ) -> tuple[int, memoryview]:
        """GET with little overhead, for thousands of files: return the status and the body.

        The body is read into the memory that ``allocate`` returns, and is empty unless the status
        is 200. Cookies and redirects are not handled. Raises ExternalError as ``request`` does.
        """
        if not self.breaker.allows():
            raise self._failure("circuit open")
        headers = {**self._plain_headers, REQUEST_ID_HEADER: current().request_id}
        timeouts_s = (CONNECT_TIMEOUT_S, read_timeout_s)
        for left in range(self.retries, -1, -1):
            try:
                status, body = self._fetcher.get(path, headers, timeouts_s, allocate)
            except (OSError, HTTPException) as error:
                if not left:
                    self.breaker.failed()
                    raise self._failure(type(error).__name__) from None
            else:
                if not left or status not in RETRIED:
                    break
            time.sleep(BACKOFF_S * 2 ** (self.retries - left))
        self._settle(status)
        return status, body

    @cached_property
    def _fetcher(self) -> Fetcher:
        return Fetcher(self.base_url)

    @cached_property
    def _plain_headers(self) -> dict[str, str]:
        """The headers of the session (authorization), without compression of the response."""
        prepared = self.session.prepare_request(requests.Request("GET", self.base_url))
        return {**prepared.headers, "Accept-Encoding": "identity", "Connection": "keep-alive"}

    def _settle(self, status: int) -> None:
        if status >= 500:
            self.breaker.failed()
            raise self._failure(f"status {status}")
        self.breaker.succeeded()

    def _failure(self, reason: str) -> ExternalError:
        logger.warning("upstream failed", extra={"client": type(self).__name__, "reason": reason})
        return ExternalError(self.unavailable, reason, retryable=True)
