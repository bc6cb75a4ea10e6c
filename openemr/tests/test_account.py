"""With the account of deploy/openemr/grants.sql all of it works, and nothing else does."""

from __future__ import annotations

import os
import pwd
import re
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import MySQLdb
import pytest
from django.db import DatabaseError, connections

from common.errors import ExternalError
from deploy.native.layout import Layout
from openemr import selectors, services
from openemr.openemr_records import LabReport, LabResult
from openemr.router import ALIAS
from openemr.tests.test_writing import CHANGES, TABLES, VALUES

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
    for kind, table in TABLES.items():
        rest: dict[str, Any] = {"uuid": uuid4(), "pid": pid}
        done = services.clinical_put(table, values=VALUES[kind], **rest)
        rest |= {"number": done.number, "expected": done.digest}
        done = services.clinical_put(table, values=VALUES[kind] | CHANGES[kind], **rest)
        rest["expected"] = done.digest
        services.clinical_put(table, values=done.fields, removed=True, **rest)
    report = LabReport(key, pid, "A1", "X", "x", AT, AT, False, (LabResult("HB", "x", "1"),))
    services.report_put(report)
    services.report_put(report)
    assert selectors.patient_find("M-1").phone == "2"
    assert selectors.patient_search("M") and selectors.patient_count()
    assert [len(selectors.clinical_rows(table, [pid])[pid]) for table in TABLES.values()] == [1] * 5
    assert selectors.lab_results([pid]) == {pid: []}


def test_no_right_is_more_than_what_is_listed(as_the_account):
    """Per table, whatever the schema: nothing may be deleted, and most may not be changed."""
    with as_the_account.cursor() as cursor:
        cursor.execute("SHOW GRANTS")
        text = "\n".join(row[0] for row in cursor.fetchall())
    words = ("DELETE", "DROP", "ALTER", "CREATE", "ALL PRIVILEGES", "GRANT OPTION", "FILE")
    assert [word for word in words if re.search(rf"\b{word}\b", text)] == []


@pytest.mark.parametrize(
    "forbidden",
    [
        "DELETE FROM patient_data",
        "SELECT password FROM users",
        "SELECT last_updated FROM patient_data",
        "UPDATE users SET active = 0",
        "INSERT INTO sequences VALUES (9)",
        "DELETE FROM form_vitals",
        "DELETE FROM prescriptions",
        "DELETE FROM procedure_result",
        "UPDATE forms SET pid = 1",
        "UPDATE uuid_registry SET table_name = ''",
        "UPDATE procedure_order SET patient_id = 1",
        "UPDATE procedure_order_code SET procedure_name = ''",
        "UPDATE facility SET name = ''",
        "INSERT INTO users (username) VALUES ('x')",
        "DROP TABLE lists",
        "CREATE TABLE ours (id int)",
    ],
)
def test_nothing_else_does(as_the_account, forbidden):
    with pytest.raises(DatabaseError), as_the_account.cursor() as cursor:
        cursor.execute(forbidden)


def test_a_locked_table_costs_one_request_a_second(administrator):
    with administrator.cursor() as cursor:
        cursor.execute("LOCK TABLES patient_data WRITE")
    begun = time.monotonic()
    with pytest.raises(ExternalError):
        selectors.patient_find("M-1")
    waited = time.monotonic() - begun
    for _ in range(20):
        with pytest.raises(ExternalError):
            selectors.patient_find("M-1")
    assert waited < 1.6
    assert time.monotonic() - begun - waited < 0.5
    administrator.query("UNLOCK TABLES")
