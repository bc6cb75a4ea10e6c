"""The database as text: one consistent state, one line per row, and a digest per table."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

from deploy.backup.place import Place
from deploy.native.stack_error import StackError

_ROW = re.compile(rb"INSERT INTO `(\w+)` VALUES ")
_OPTIONS = (
    "--single-transaction",
    "--quick",
    "--hex-blob",
    "--order-by-primary",
    "--no-tablespaces",
    "--no-autocommit",
    "--skip-extended-insert",
    "--skip-dump-date",
)
_WAIT_AGAIN = "UPDATE ris_instance SET htj2k = 'WAITING' WHERE htj2k = 'STORED'"


class Table(TypedDict):
    """``sha256`` is over the rows in the order of the primary key."""

    rows: int
    sha256: str


@contextmanager
def _client(place: Place, program: str, *options: str) -> Iterator[list[str]]:
    with tempfile.NamedTemporaryFile("w", suffix=".cnf") as file:
        file.write(place.database_options())
        file.flush()
        yield [program, f"--defaults-file={file.name}", *options, place.database_name]


def dump(place: Place, target: Path) -> None:
    """Write all tables as they were at one moment. Raises StackError."""
    with _client(place, "mariadb-dump", *_OPTIONS) as command, target.open("wb") as file:
        _finish(subprocess.run(command, stdout=file, stderr=subprocess.PIPE, check=False))


def load(place: Place, source: Path) -> None:
    """Replace the tables by those of a dump. Raises StackError."""
    with _client(place, "mariadb") as command, source.open("rb") as file:
        _finish(
            subprocess.run(
                command,
                stdin=file,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                check=False,
            )
        )


def forget_derived(place: Place) -> None:
    """Let nobody look for the frames in HTJ2K, which no backup holds: they are made anew.

    Nothing to do in tables from before there were such frames: they begin so.
    """
    with _client(place, "mariadb", "--execute", _WAIT_AGAIN) as command:
        done = subprocess.run(command, capture_output=True, check=False)
    if b"ERROR 1054" not in done.stderr:
        _finish(done)


def _finish(done: subprocess.CompletedProcess[bytes]) -> None:
    """An error of a client may quote a row: only its number is passed on."""
    if done.returncode:
        number = re.search(rb"ERROR (\d+)|error: (\d+)", done.stderr)
        code = next((n.decode() for n in number.groups() if n), "?") if number else "?"
        raise StackError(f"{Path(done.args[0]).name} failed (MariaDB error {code}).")


def tables(source: Path) -> dict[str, Table]:
    """Count and digest the rows of each table in a dump."""
    counts: dict[str, int] = {}
    digests = {}
    with source.open("rb") as file:
        for line in file:
            if line.startswith(b"CREATE TABLE `"):
                name = line.split(b"`")[1].decode()
                counts[name], digests[name] = 0, hashlib.sha256()
            elif match := _ROW.match(line):
                name = match[1].decode()
                counts[name] += 1
                digests[name].update(line)
    return {name: {"rows": counts[name], "sha256": digests[name].hexdigest()} for name in counts}


def differences(expected: dict[str, Table], found: dict[str, Table]) -> list[str]:
    """The names of the tables that are not row by row what they were."""
    return sorted(
        name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)
    )
