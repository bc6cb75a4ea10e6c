"""How nginx serves the web application and the viewer: files, routes, caches, policies."""

from __future__ import annotations

import gzip
import re

import pytest

from deploy.native.layout import ROOT
from tests.flows.test_edge import ask

WEB, VIEWER = ROOT / "web", ROOT / "viewer"
IMMUTABLE = "public, max-age=31536000, immutable"


def policy(headers) -> dict[str, str]:
    directives = (d.strip().partition(" ") for d in headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in directives}


@pytest.mark.parametrize(
    "path",
    ["/", "/login", "/patients/7", "/studies/2.25.33", "/viewer/1.2.826.0.1", "/wsx", "/apix"],
)
def test_a_route_of_the_application_is_its_page(path: str) -> None:
    answer = ask(path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html")
    assert b'id="root"' in answer.body
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/ohif/", "/ohif/viewer?StudyInstanceUIDs=1.2.3", "/ohif/local"])
def test_a_route_of_the_viewer_is_its_page(path: str) -> None:
    answer = ask(path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html")
    assert answer.body == (VIEWER / "dist" / "index.html").read_bytes()
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/missing.js",
        "/assets/missing",
        "/assets/index-00000000.js",
        "/ohif/missing.js",
        "/ohif/assets/missing",
        "/static/missing",
        "/api/missing/",
        "/.stamp",
        "/ohif../package.json",
    ],
)
def test_what_is_not_there_is_no_page(path: str) -> None:
    answer = ask(path)
    assert (answer.status, answer.error["code"]) == (404, "ERR_299")
    kept = "no-store" if path.startswith("/api/") else None
    assert answer.headers.get("Cache-Control") == kept


def test_the_session_module_is_a_script_that_is_asked_for_each_time() -> None:
    answer = ask("/session.js")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    again = ask("/session.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304


@pytest.mark.parametrize("frontend", ["web", "viewer"])
def test_assets_are_kept_for_ever_and_come_compressed(frontend: str) -> None:
    dist = ROOT / frontend / "dist"
    file = max((dist / "assets").rglob("*.js"), key=lambda path: path.stat().st_size)
    prefix = "" if frontend == "web" else "/ohif"
    path = f"{prefix}/{file.relative_to(dist)}"
    plain, packed = ask(path), ask(path, headers={"Accept-Encoding": "gzip"})
    assert plain.headers["Cache-Control"] == packed.headers["Cache-Control"] == IMMUTABLE
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.body) == plain.body == file.read_bytes()


def test_the_application_may_load_and_run_its_own_files_only() -> None:
    answer = ask("/studies")
    rules = policy(answer.headers)
    nonce = rules.pop("style-src").removeprefix("'self' ")
    assert re.fullmatch(r"'nonce-[0-9a-f]{32}'", nonce)
    assert b"__CSP_NONCE__" not in answer.body
    assert nonce not in ask("/studies").headers["Content-Security-Policy"]
    host = rules.pop("connect-src").removeprefix("'self' ").split()
    assert [address.partition("://")[0] for address in host] == ["ws", "wss"]
    assert rules == {
        "default-src": "'self'",
        "script-src": "'self'",
        "img-src": "'self' data: blob:",
        "frame-src": "'self'",
        "frame-ancestors": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
    }
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_the_viewers_looser_policy_stays_with_the_viewer() -> None:
    loose = policy(ask("/ohif/viewer").headers)
    assert "'wasm-unsafe-eval'" in loose["script-src"]
    assert "'unsafe-inline'" not in loose["script-src"]
    assert loose["frame-ancestors"] == "'self'"
    for path in ("/ohif/%2e%2e/", "/ohif/../studies", "//studies"):
        assert "wasm" not in ask(path).headers["Content-Security-Policy"], path


def test_the_api_may_be_shown_in_no_frame() -> None:
    headers = ask("/api/acct/me/").headers
    assert policy(headers) == {"default-src": "'none'", "frame-ancestors": "'none'"}
    assert headers["X-Frame-Options"] == "DENY"
