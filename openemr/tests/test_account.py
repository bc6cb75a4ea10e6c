"""With the account of deploy/openemr/grants.sql all of it works, and nothing else does."""

from __future__ import annotations

import contextlib
import os
import pwd
import threading
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import MySQLdb
import pytest
from django.core.cache import cache
from django.db import DatabaseError, connections

from common.errors import ExternalError
from deploy.native.layout import Layout
from openemr import selectors, services
from openemr.router import ALIAS

pytestmark = pytest.mark.django_db(databases=["default", ALIAS])
GRANTS = Path(__file__).resolve().parents[2] / "deploy" / "openemr" / "grants.sql"
PASSWORD = "Only-For-This-Test-9"
AT = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def administrator(openemr):
    """A connection of its own as root, by the socket of the unit tests' databases."""
    socket = Layout("unit").sockets / "mariadb.sock"
    name = connections[ALIAS].settings_dict["NAME"]
    user = pwd.getpwuid(os.geteuid()).pw_name
    root = MySQLdb.connect(unix_socket=str(socket), user=user, db=name, autocommit=True)
    yield root
    root.close()


@pytest.fixture
def as_the_account(administrator):
    """The connection of the application, with the account of the grants file."""
    connection = connections[ALIAS]
    text = GRANTS.read_text(encoding="utf-8").replace("CHOOSE-A-PASSWORD", PASSWORD)
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    with administrator.cursor() as cursor:
        for statement in "\n".join(lines).split(";"):
            if statement.strip():
                cursor.execute(statement)
    kept = connection.connection
    connection.connection = MySQLdb.connect(
        **connection.get_connection_params() | {"user": "cdss_openemr", "passwd": PASSWORD}
    )
    connection.connection.autocommit(False)
    yield connection
    connection.connection.rollback()
    connection.connection.close()
    connection.connection = kept
    with administrator.cursor() as cursor:
        cursor.execute("DROP USER 'cdss_openemr'@'%'")


def test_everything_works_with_the_listed_rights(as_the_account):
    fields = {"full_name": "A B", "birth_date": date(1980, 1, 1), "gender": "M"}
    fields |= {"phone": "1", "address": "x"}
    key, pid = uuid4(), 1
    first = services.patient_put(uuid=key, mrn="M-1", fields=fields)
    services.patient_put(uuid=key, mrn="M-1", fields=fields | {"phone": "2"}, expected=first.digest)
    for reason in ("a", "b"):
        number = services.encounter_put(uuid=key, pid=pid, reason=reason, started_at=AT)
    for weight in ("70", "71"):
        services.vitals_put(
            uuid=key, pid=pid, encounter=number, measured_at=AT, weight_kg=Decimal(weight)
        )
        services.prescription_put(
            uuid=key, pid=pid, drug="x", dosage=weight, start_date=date(2026, 1, 5)
        )
        services.list_entry_put(uuid=key, pid=pid, kind="allergy", title=weight)
    assert selectors.patient_find("M-1").phone == "2"
    assert selectors.patient_search("M") and selectors.patient_count()
    read = (selectors.encounters, selectors.vitals, selectors.prescriptions)
    assert [len(of(pid)) for of in read] == [1, 1, 1]
    assert selectors.lab_results(pid) == []


@pytest.mark.parametrize(
    "forbidden",
    [
        "DELETE FROM patient_data",
        "SELECT password FROM users",
        "SELECT last_updated FROM patient_data",
        "UPDATE users SET active = 0",
        "INSERT INTO sequences VALUES (9)",
        "UPDATE procedure_result SET result = ''",
        "DROP TABLE lists",
        "CREATE TABLE ours (id int)",
    ],
)
def test_nothing_else_does(as_the_account, forbidden):
    with pytest.raises(DatabaseError), as_the_account.cursor() as cursor:
        cursor.execute(forbidden)


def test_a_locked_table_costs_one_request_two_seconds(administrator):
    with administrator.cursor() as cursor:
        cursor.execute("LOCK TABLES patient_data WRITE")
    begun = time.monotonic()
    unlock = threading.Timer(4, lambda: administrator.query("UNLOCK TABLES"))
    unlock.start()
    with contextlib.suppress(ExternalError):
        selectors.patient_find("M-1")
        pytest.fail("it waited for the lock")
    waited = time.monotonic() - begun
    for _ in range(20):
        with pytest.raises(ExternalError):
            selectors.patient_find("M-1")
    assert waited < 3.5
    assert time.monotonic() - begun - waited < 0.5
    unlock.join()
    cache.delete("openemr:down")
    assert selectors.patient_find("M-1") is None
