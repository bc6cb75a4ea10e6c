"""Each process has its own account of Redis, and none is refused what its work needs."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import pytest
import redis
from redis.exceptions import NoPermissionError

from deploy.native.envfile import REDIS_ACCOUNTS

pytestmark = pytest.mark.last(1)
DECISION = "dicomweb:decision:forged:1.2.3"


def client(account: str = "", database: int = 0) -> redis.Redis:
    parts = urlsplit(os.environ["REDIS_URL"])
    if not account:
        return redis.Redis.from_url(f"{os.environ['REDIS_URL']}/{database}")
    return redis.Redis(
        host=parts.hostname or "",
        port=parts.port or 0,
        db=database,
        username=account,
        password=os.environ[f"REDIS_{account.upper()}_PASSWORD"],
    )


def test_no_process_was_refused_what_its_work_needs() -> None:
    """Runs behind the other flows."""
    refused = {
        (entry["username"], entry["reason"], entry["object"])
        for entry in client().acl_log(128)
        if entry["username"] in REDIS_ACCOUNTS
    }
    client().acl_log_reset()
    assert not refused, sorted(refused)


@pytest.mark.parametrize(
    ("account", "command"),
    [
        *((account, "FLUSHALL") for account in REDIS_ACCOUNTS),
        *((account, "CONFIG GET requirepass") for account in REDIS_ACCOUNTS),
        *((account, "KEYS *") for account in REDIS_ACCOUNTS),
        *((account, "DEL audit") for account in REDIS_ACCOUNTS if account != "audit"),
        *((account, "XRANGE audit - +") for account in ("worker", "ws", "beat", "flower")),
        *((account, "XDEL audit 1-1") for account in REDIS_ACCOUNTS if account != "audit"),
        *((account, "XTRIM audit MAXLEN 0") for account in REDIS_ACCOUNTS if account != "audit"),
        *((account, "SET audit.life x") for account in REDIS_ACCOUNTS if account != "audit"),
        *((account, f"SET {DECISION} x") for account in REDIS_ACCOUNTS if account != "web"),
        *((account, "XADD audit * a b") for account in ("flower", "beat", "ws")),
        *((account, "SELECT 2") for account in ("flower", "beat")),
        *((account, "INCR rights:epoch") for account in ("flower", "beat", "ws")),
        *((account, "SCRIPT LOAD x") for account in ("beat", "ws")),
        ("ws", "LPUSH django_tasks x"),
    ],
)
def test_an_account_cannot_do_what_is_not_its_work(account: str, command: str) -> None:
    with client(account) as connection, pytest.raises(NoPermissionError):
        connection.execute_command(*command.split())


def test_who_writes_records_and_who_reads_and_deletes_them() -> None:
    """In a database that nothing else uses."""
    for account in ("web", "worker", "audit"):
        client(account, 9).xadd("audit", {"record": account})
    reader = client("audit", 9)
    entries = reader.xrange("audit")
    assert len(entries) == 3
    assert reader.xdel("audit", *[key for key, _ in entries]) == 3
    with reader.pipeline() as pipe:  # the stream begins anew after an id of the future
        pipe.watch("audit")
        assert (pipe.exists("audit"), pipe.xlen("audit")) == (1, 0)
        assert pipe.xinfo_stream("audit")["last-generated-id"] == entries[-1][0]
        pipe.multi()
        pipe.delete("audit", "audit.life")
        assert pipe.execute() == [1]
