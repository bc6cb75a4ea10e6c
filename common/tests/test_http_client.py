"""The client base, with failures made at the transport."""

from __future__ import annotations

import pytest
import requests
import responses

from common.context import RequestContext, request_context
from common.errors import ErrorCode, ExternalError
from common.http.breaker import CircuitBreaker
from common.http.client import HttpClient

URL = "http://upstream.test"


@pytest.fixture
def client() -> HttpClient:
    return HttpClient(URL, unavailable=ErrorCode.ARCHIVE_UNAVAILABLE, fail_max=3, retries=0)


@responses.activate
def test_request_id_is_passed_on(client):
    responses.get(f"{URL}/x", json={})
    with request_context(RequestContext("request-0001")):
        client.request("GET", "/x")
    assert responses.calls[0].request.headers["X-Request-ID"] == "request-0001"


@pytest.mark.parametrize("failure", [requests.ConnectionError(), requests.ReadTimeout()])
@responses.activate
def test_no_answer_is_retryable_and_names_no_upstream_text(client, failure):
    responses.get(f"{URL}/x", body=failure)
    with pytest.raises(ExternalError) as caught:
        client.request("GET", "/x")
    assert caught.value.retryable
    assert caught.value.code is ErrorCode.ARCHIVE_UNAVAILABLE


@responses.activate
def test_upstream_text_is_never_relayed(client):
    responses.get(f"{URL}/x", status=500, body="Kim^Minjun stack trace")
    with pytest.raises(ExternalError) as caught:
        client.request("GET", "/x")
    assert "Kim" not in caught.value.detail
    assert caught.value.detail == "status 500"


@responses.activate
def test_client_errors_are_answers(client):
    responses.get(f"{URL}/x", status=404)
    assert client.request("GET", "/x").status_code == 404


@responses.activate
def test_breaker_opens_and_stops_sending(client):
    responses.get(f"{URL}/x", status=500)
    for _ in range(5):
        with pytest.raises(ExternalError):
            client.request("GET", "/x")
    assert len(responses.calls) == 3


def test_breaker_lets_one_trial_pass_and_closes_on_success():
    now = [0.0]
    breaker = CircuitBreaker(fail_max=2, reset_s=5, clock=lambda: now[0])
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    now[0] = 5.0
    assert breaker.allows()
    assert not breaker.allows(), "only one trial"
    breaker.succeeded()
    assert breaker.allows()


def test_safe_verbs_are_retried_and_posts_are_not(live_flaky):
    client = HttpClient(live_flaky.url, unavailable=ErrorCode.ARCHIVE_UNAVAILABLE)
    assert client.request("GET", "/").status_code == 200
    assert live_flaky.hits == 2
    live_flaky.hits = 0
    with pytest.raises(ExternalError):
        client.request("POST", "/")
    assert live_flaky.hits == 1


@pytest.fixture
def live_flaky():
    """A real server on loopback that answers 503 once, then 200."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Flaky(BaseHTTPRequestHandler):
        def do_GET(self):
            state.hits += 1
            self.send_response(503 if state.hits == 1 else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Flaky)
    state = type("State", (), {"hits": 0, "url": f"http://127.0.0.1:{server.server_port}"})()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield state
    server.shutdown()
    server.server_close()


@responses.activate
def test_neither_a_proxy_nor_a_netrc_of_the_machine_comes_between(client, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine upstream.test login somebody password else")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.test:3128")
    responses.get(f"{URL}/x", json={})
    client.session.headers["Authorization"] = "Bearer ours"
    client.request("GET", "/x")
    sent = responses.calls[0].request
    assert sent.headers["Authorization"] == "Bearer ours"
    assert "http" not in sent.req_kwargs["proxies"]
