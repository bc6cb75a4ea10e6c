"""Fixtures for every app: one user per role, API clients with real tokens, patients."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import pytest_django
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.management import create_contenttypes
from django.core.cache import cache
from django.db import connection
from django.db.models.signals import post_migrate
from dotenv import dotenv_values
from rest_framework.test import APIClient
from xdist.scheduler import LoadScopeScheduling

from acct import services as accounts
from acct.models import User
from ai.clients.inference import inference
from audit.services import STREAM, stream
from deploy.native.processes import lock
from emr.models import Patient
from fhir.clients.hapi import hapi_client
from pacs.archive.orthanc import feed_orthanc, orthanc
from rbac.permissions import Role

PASSWORD = "Correct-Horse-9-Battery"
ROLES = [role.value for role in Role]
STACKS = {
    "web": (
        "tests/flows/test_web.py",
        "tests/flows/test_restore.py",
        "tests/flows/test_web_traces.py",
    ),
    "test": ("tests/flows/",),
}
"""The stacks of the flows, by what runs on them: about the same time on each."""
READABLE = 8
UNHURRIED = 5
GARBAGE = 50_000
"""New objects between two collections: tests make many, and keep few."""
_numbers = count(1)


def stack_of(place: str) -> str | None:
    """The stack for a test or an xdist worker; None for those of the unit tests."""
    if place.startswith("gw"):
        return dict(enumerate(STACKS)).get(int(place.removeprefix("gw")))
    return next((name for name, begins in STACKS.items() if place.startswith(begins)), None)


class OneWorkerPerStack(LoadScopeScheduling):
    """The flows of a stack on its worker, in their order; the unit tests file by file on any."""

    def _split_scope(self, nodeid: str) -> str:
        return stack_of(nodeid) or nodeid.partition("::")[0]

    def _assign_work_unit(self, node: Any) -> None:
        own = stack_of(node.gateway.id)
        files = (scope for scope in self.workqueue if scope not in STACKS)
        scope = own if own in self.workqueue else next(files, None)
        if scope:
            self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneWorkerPerStack:
    return OneWorkerPerStack(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """The worker of a stack has the stack's environment; the others take what time is left."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    name = stack_of(worker)
    if worker and name is None:
        os.nice(UNHURRIED)
    if name is not None:
        state = Path(__file__).parent / ".run" / name
        env = {key: text or "" for key, text in dotenv_values(state / ".env").items()}
        os.environ.update(env, CDSS_STATE_DIR=str(state), CDSS_ENV_FILE=str(state / ".env"))


def pytest_collection_finish() -> None:
    """The modules and the collected tests stay to the end: the collector need not look at them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes that are random or hold a time would give each worker of a run other names."""
    return "bytes" if isinstance(val, bytes) and len(val) > READABLE else None


@pytest.fixture(scope="session")
def django_db_keepdb(
    request: pytest.FixtureRequest,
    django_db_blocker: pytest_django.DjangoDbBlocker,
    django_db_modify_db_settings: None,
) -> bool:
    """Tests side by side: one of their workers migrates a database, and each has a copy of it.

    Nothing reads the rows of Django's own permissions: no flush makes them again.
    """
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        return bool(request.config.getvalue("reuse_db"))
    database = connection.settings_dict
    own, database["TEST"]["NAME"] = database["TEST"]["NAME"], "test_cdss_db"
    guard = Path(__file__).parent / ".run" / "unit" / "database.lock"
    with django_db_blocker.unblock(), lock(guard, busy="waiting for a database", wait=True):
        connection.creation.create_test_db(verbosity=0, serialize=False, keepdb=True)
        connection.creation.clone_test_db(worker, verbosity=0, keepdb=False)
    database["TEST"]["NAME"] = own
    return True


@pytest.fixture(autouse=True)
def clean_redis(request: pytest.FixtureRequest) -> None:
    """Throttle counters and the audit buffer start empty (tests with a database only)."""
    if "django_db" in request.keywords:
        cache.clear()
        stream().delete(STREAM)


@pytest.fixture(autouse=True)
def new_clients() -> None:
    """No circuit is open because a service did not respond to a test before."""
    for client in (orthanc, feed_orthanc, inference, hapi_client):
        client.cache_clear()


@pytest.fixture
def users(db: None) -> dict[str, User]:
    """One user per role, password PASSWORD: in one statement, as most tests ask for them."""
    made = User.objects.bulk_create(
        User(username=f"{role}1", password=make_password(PASSWORD), role=role, full_name=role)
        for role in ROLES
    )
    return {user.role: user for user in made}


ApiFactory = Callable[[str | None], APIClient]


@pytest.fixture
def api(users: dict[str, User]) -> ApiFactory:
    """``api("doctor")`` is a client with a real token of that role; ``api(None)`` has none."""

    def make(role: str | None) -> APIClient:
        client = APIClient()
        if role is not None:
            _, tokens = accounts.login(username=f"{role}1", password=PASSWORD)
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.access}")
        return client

    return make


@pytest.fixture
def patient_factory(db: None) -> Callable[..., Patient]:
    """``patient_factory(full_name=…)``: a synthetic patient with its own MRN."""

    def make(**fields: Any) -> Patient:
        number = next(_numbers)
        defaults = {
            "patient_id": f"T-{number:06d}",
            "full_name": f"Test Patient {number}",
            "birth_date": date(1980, 1, 1),
            "gender": "F",
        }
        return Patient.objects.create(**(defaults | fields))

    return make
