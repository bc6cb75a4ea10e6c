"""The schema of OpenEMR: its own, which is GPL and not part of this project, or our minimal one."""

from __future__ import annotations

import os
import re
import sys
import urllib.request
from pathlib import Path

VERSION = "8.2.0"
SOURCE = "https://raw.githubusercontent.com/openemr/openemr/v8_2_0/sql/database.sql"
DIRECTORY = Path(__file__).parent / "openemr"
KEPT = (
    Path(os.environ.get("OPENEMR_SCHEMA_DIR", DIRECTORY.parents[1] / ".run" / "openemr"))
    / f"database-{VERSION}.sql"
)
MISSING = f"OPENEMR_SCHEMA_SQL names no file and {SOURCE} cannot be reached"
TABLES = (
    *("patient_data", "form_encounter", "forms", "form_vitals", "prescriptions", "lists"),
    *("procedure_order", "procedure_order_code", "procedure_report", "procedure_result"),
    *("users", "facility", "sequences", "uuid_registry"),
)
CHARSET = "ALTER DATABASE CHARACTER SET utf8mb4;\n"
"""In a character set of one byte the rows of patient_data are too long for InnoDB."""
_TIMEOUT_S = 10
_BEGIN = re.compile(r"^CREATE TABLE (?:IF NOT EXISTS )?`?(\w+)`?", re.IGNORECASE)
_NUMBERS = re.compile(r"^INSERT INTO `?sequences`? VALUES", re.IGNORECASE)


def minimal() -> str:
    return (DIRECTORY / "minimal.sql").read_text(encoding="utf-8")


def real() -> str | None:
    """OpenEMR's own: of OPENEMR_SCHEMA_SQL, as it was fetched before, or from its release."""
    named = os.environ.get("OPENEMR_SCHEMA_SQL")
    if named:
        return Path(named).read_text(encoding="utf-8")
    if not KEPT.exists() and not _fetch():
        return None
    return KEPT.read_text(encoding="utf-8")


def best() -> tuple[str, str]:
    """The real schema if it can be had, else the minimal one; and which it is."""
    text = real()
    if text is not None:
        return text, f"the schema of OpenEMR {VERSION}"
    return minimal(), f"a minimal schema, since {MISSING}"


def grants(password: str) -> str:
    """The SQL that makes the account, in the database ``openemr``, with this password."""
    sql = (DIRECTORY / "grants.sql").read_text(encoding="utf-8")
    quoted = password.replace("\\", "\\\\").replace("'", "''")
    account = f"'cdss_openemr'@'%' IDENTIFIED BY '{quoted}'"
    return f"USE openemr;\n{sql.replace('CHOOSE-A-PASSWORD', quoted)}\nALTER USER {account};\n"


def _fetch() -> bool:
    try:
        with urllib.request.urlopen(SOURCE, timeout=_TIMEOUT_S) as answer:
            text: bytes = answer.read()
    except OSError:
        return False
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    partial = KEPT.with_suffix(".part")
    partial.write_bytes(text)
    partial.rename(KEPT)
    return True


def used_tables(text: str) -> list[str]:
    """The statements that make TABLES, and the first number of ``sequences``."""
    statements: list[str] = []
    current: list[str] = []
    for line in text.splitlines():
        begun = _BEGIN.match(line)
        if not current and not (begun and begun[1] in TABLES) and not _NUMBERS.match(line):
            continue
        current.append(line)
        if line.rstrip().endswith(";"):
            statements.append("\n".join(current).rstrip().rstrip(";"))
            current = []
    return statements


def main(directory: Path) -> None:
    """Write what a container of MariaDB runs on an empty volume: the tables, then the account."""
    text, name = best()
    (directory / "1-tables.sql").write_text(CHARSET + text, encoding="utf-8")
    account = grants(os.environ["OPENEMR_DATABASE_PASSWORD"])
    (directory / "2-account.sql").write_text(account, encoding="utf-8")
    print(f"OpenEMR: {name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
