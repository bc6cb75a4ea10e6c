"""OpenEMR's own server is killed while a patient is admitted; after its start all is there once."""

from __future__ import annotations

import os
import pwd
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import MySQLdb
import pytest
from django.core.cache import cache
from django.db import connections
from django.utils import timezone

from common.http.api_client import wait_until
from common.outbox import tasks as outbox
from common.outbox.models import OutboxEvent
from deploy import openemr_schema as schema
from deploy.native import ports
from emr.tests.factories import patient_body
from emr.tests.test_openemr_records import CONFLICTS, EMR, NEW
from openemr import tasks
from openemr.router import ALIAS

pytestmark = pytest.mark.django_db(databases=["default", ALIAS])
PASSWORD = "Only-For-This-Test-9"
TABLES = ("patient_data", "form_encounter", "form_vitals", "prescriptions", "lists")
EXPECTED = {
    "patient_data": 1,
    "form_encounter": 1,
    "form_vitals": 1,
    "prescriptions": 1,
    "lists": 2,
}


class Server:
    """A MariaDB of its own, with OpenEMR's schema as far as it can be had."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.port = directory, ports.choose(set())
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        user = pwd.getpwuid(os.geteuid()).pw_name
        self.process = subprocess.Popen(  # noqa: S603
            [
                *("mariadbd", "--no-defaults", f"--user={user}", "--bind-address=127.0.0.1"),
                *(f"--datadir={self.directory}/data", f"--port={self.port}"),
                *(f"--socket={self.directory}/s", f"--log-error={self.directory}/log"),
                *("--innodb-buffer-pool-size=16M", "--innodb-log-file-size=8M"),
            ]
        )
        wait_until(self._answers, bool, what="the server", timeout_s=60)

    def _answers(self) -> bool:
        try:
            self.root().close()
        except MySQLdb.Error:
            return False
        return True

    def root(self, name: str = "") -> Any:
        user = pwd.getpwuid(os.geteuid()).pw_name
        socket = f"{self.directory}/s"
        return MySQLdb.connect(unix_socket=socket, user=user, database=name, autocommit=True)

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def fill(self) -> None:
        text, _ = schema.best()
        root = self.root()
        account = schema.grants(PASSWORD).splitlines()
        lines = [line for line in account if not line.startswith("--")]
        statements = [
            "CREATE DATABASE openemr CHARACTER SET utf8mb4",
            "USE openemr",
            *schema.used_tables(text),
        ]
        with root.cursor() as cursor:
            for statement in (*statements, *"\n".join(lines).split(";")):
                if statement.strip():
                    cursor.execute(statement)
        root.close()

    def counts(self) -> dict[str, int]:
        root = self.root("openemr")
        found = {}
        with root.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"SELECT COUNT(*) FROM {table}")  # noqa: S608
                found[table] = cursor.fetchone()[0]
        root.close()
        return found


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: Any) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("openemr")
    made = Server(directory)
    user = pwd.getpwuid(os.geteuid()).pw_name
    subprocess.run(  # noqa: S603
        [
            *("mariadb-install-db", "--no-defaults", f"--datadir={directory}/data"),
            *(f"--user={user}", "--auth-root-authentication-method=socket"),
            *(f"--auth-root-socket-user={user}", "--skip-test-db", "--force"),
        ],
        check=True,
        capture_output=True,
    )
    made.start()
    made.fill()
    yield made
    made.kill()


@pytest.fixture
def server(own_server: Server, settings: Any) -> Iterator[Server]:
    """It is the OpenEMR of this test, with the account of the grants and outside transactions."""
    before = connections[ALIAS]
    mine = before.copy(ALIAS)
    mine.settings_dict |= {"HOST": "127.0.0.1", "PORT": own_server.port, "NAME": "openemr"}
    mine.settings_dict |= {"USER": "cdss_openemr", "PASSWORD": PASSWORD}
    connections[ALIAS] = mine
    settings.OPENEMR_ENABLED = True
    cache.delete_many(["openemr:down", "openemr:tried", "openemr:tries"])
    yield own_server
    mine.close()
    connections[ALIAS] = before
    cache.delete_many(["openemr:down", "openemr:tried", "openemr:tries"])


def deliver() -> None:
    """What is due now, as the workers would."""
    due = OutboxEvent.objects.filter(status="PENDING", next_attempt_at__lte=timezone.now())
    for event in due.order_by("pk"):
        outbox.deliver(event.pk)


def test_what_is_entered_while_openemr_is_stopped_arrives_once(server, api):
    server.kill()
    client, begun = api("doctor"), time.monotonic()
    assert client.get(f"{EMR}patients/search/", {"q": "M-77"}).json()["count"] == 0
    patient = client.post(f"{EMR}patients/", patient_body(), format="json").json()
    for plural, body in NEW.items():
        answer = client.post(f"{EMR}{plural}/", body | {"patient": patient["id"]}, format="json")
        assert answer.status_code == 201, answer.json()
    deliver()
    assert time.monotonic() - begun < 5
    shown = client.get(f"{EMR}patients/{patient['id']}/").json()["emr_source"]
    assert shown is None or shown["down_since"]
    assert OutboxEvent.objects.filter(status="PENDING").count() == 1 + len(NEW)
    server.start()
    assert set(server.counts().values()) == {0}
    cache.delete("openemr:tried")  # the pause is over
    tasks.probe()
    for _ in range(3):
        deliver()
    assert server.counts() == EXPECTED
    assert not OutboxEvent.objects.exclude(status="DONE").exists()
    assert client.get(CONFLICTS).json()["count"] == 0
    source = client.get(f"{EMR}patients/{patient['id']}/").json()["emr_source"]
    assert (source["down_since"], source["synced_at"] is None) == (None, False)


def test_a_table_that_is_locked_keeps_nobody_waiting_and_nothing_is_lost(server, api):
    client, body = api("doctor"), patient_body(patient_id="M-88")
    patient = client.post(f"{EMR}patients/", body, format="json").json()
    deliver()
    before, root = server.counts(), server.root("openemr")
    root.query("LOCK TABLES form_vitals WRITE, form_encounter WRITE")
    begun = time.monotonic()
    for plural in ("vitals", "encounters"):
        row = NEW[plural] | {"patient": patient["id"]}
        assert client.post(f"{EMR}{plural}/", row, format="json").status_code == 201
        assert client.get(f"{EMR}{plural}/", {"patient": patient["id"]}).json()["count"] == 1
    assert time.monotonic() - begun < 2
    deliver()
    assert OutboxEvent.objects.filter(status="PENDING").count() == 2
    root.query("UNLOCK TABLES")
    cache.delete("openemr:tried")
    tasks.probe()
    for _ in range(3):
        deliver()
    after = server.counts()
    more = {table: after[table] - before[table] for table in ("form_vitals", "form_encounter")}
    assert more == {"form_vitals": 1, "form_encounter": 1}  # and the one is of the other
    assert not OutboxEvent.objects.exclude(status="DONE").exists()
