"""The private MariaDB: its data directory and its accounts."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping

from deploy import openemr_schema
from deploy.native import processes, programs
from deploy.native.console import say, step
from deploy.native.layout import Layout
from deploy.native.stack_error import StackError


def initialise(layout: Layout) -> None:
    """Make the data directory, once: no anonymous user, no test database, root by socket only."""
    directory = layout.data / "mariadb"
    if (directory / "mysql").exists():
        return
    scratch = layout.data / "mariadb.new"
    shutil.rmtree(scratch, ignore_errors=True)
    with step("database files"):
        user = pwd.getpwuid(os.geteuid()).pw_name
        processes.run_logged(
            [
                "mariadb-install-db",
                "--no-defaults",
                f"--datadir=./{scratch.name}",  # relative: the script breaks on a path with spaces
                f"--user={user}",
                "--auth-root-authentication-method=socket",
                f"--auth-root-socket-user={user}",
                "--skip-test-db",
                "--skip-name-resolve",
                "--force",  # it would else insist on a host name that resolves
            ],
            log=layout.log / "mariadb-install.log",
            what="mariadb-install-db",
            cwd=layout.data,
            env=programs.system_environment(),
        )
        shutil.rmtree(directory, ignore_errors=True)
        scratch.rename(directory)


def put_accounts(layout: Layout, settings: Mapping[str, str]) -> None:
    """Make the database and its three accounts, with the passwords of the env file."""
    environment = programs.system_environment()
    names = ("DATABASE_PASSWORD", "DATABASE_OWNER_PASSWORD", "DATABASE_SEAL_PASSWORD")
    sql = subprocess.run(
        [layout.root / "deploy" / "accounts.sh"],
        env=environment | {name: settings[name] for name in names},
        capture_output=True,
        text=True,
        check=False,
    )
    if sql.returncode:
        raise StackError(f"The database accounts cannot be made: {sql.stderr.strip()}.")
    _run(layout, sql.stdout, what="making the database accounts")


def put_openemr(layout: Layout, settings: Mapping[str, str]) -> None:
    """Make a database of OpenEMR, once, and the account with which it is read and written."""
    made = layout.data / ".openemr"
    if not made.exists():
        with step("OpenEMR database"):
            text, name = openemr_schema.best()
            create = "CREATE OR REPLACE DATABASE openemr CHARACTER SET utf8mb4;\nUSE openemr;\n"
            index = "\nCREATE INDEX cdss_pubpid ON patient_data (pubpid(64));\n"
            _run(layout, create + text + index, what="making OpenEMR's tables")
            made.write_text(name, encoding="utf-8")
    say(f"OpenEMR: {made.read_text(encoding='utf-8')}")
    password = settings["OPENEMR_DATABASE_PASSWORD"]
    _run(layout, openemr_schema.grants(password), what="making OpenEMR's account")


def _run(layout: Layout, sql: str, *, what: str) -> None:
    processes.run_logged(
        ["mariadb", "--no-defaults", f"--socket={layout.sockets / 'mariadb.sock'}"],
        log=layout.log / "mariadb-install.log",
        what=what,
        env=programs.system_environment(),
        stdin=sql,
    )
