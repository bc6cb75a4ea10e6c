"""One system for all tests, which run in the order of the file: each goes on where the last ended.

Only bin/test --compose collects them: they need an engine, root for a private one, and minutes.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator

import pytest

from tests.compose import engine as engines
from tests.compose.system import System

collect_ignore_glob = [] if os.environ.get("CDSS_COMPOSE") else ["test_*.py"]


@pytest.fixture(scope="session")
def engine() -> Iterator[engines.Engine]:
    found = engines.find()
    yield found
    found.stop()


@pytest.fixture(scope="session")
def system(engine: engines.Engine) -> Iterator[System]:
    state = engines.STATE / "system"
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True)
    found = System(engine, state)
    found.make_secrets()
    found.down("--volumes")
    yield found
    found.down("--volumes")


@pytest.fixture(autouse=True)
def progress_reported(request: pytest.FixtureRequest) -> Iterator[None]:
    """A line per test with its time: the whole takes long."""
    begun = time.monotonic()
    yield
    print(f"\n== {request.node.name}: {time.monotonic() - begun:.0f} s", flush=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where a test fails, which containers are unhealthy, and their last log lines."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    system: System | None = getattr(item, "funcargs", {}).get("system")
    if report.failed and system is not None:
        for name in system.unhealthy():
            said = system.compose("logs", "--no-color", "--tail", "15", name).stdout
            report.sections.append((f"{name} said last", said))
