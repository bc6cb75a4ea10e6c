"""Rules about the code that no linter knows."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from common.management.commands.write_docs import DOCUMENTS

ROOT = Path(__file__).resolve().parent.parent.parent
MAX_LINES = 400
SOURCES = {".py", ".ts", ".tsx", ".js", ".mjs", ".sh", ".java"}


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_no_source_file_is_past_400_lines():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked()
        if path.suffix in SOURCES and "migrations" not in path.parts and path.exists()
        if (lines := len(path.read_text().splitlines())) > MAX_LINES
    }
    assert long == {}


@pytest.mark.parametrize(("name", "generate"), DOCUMENTS.items(), ids=DOCUMENTS)
def test_generated_documents_are_current(name, generate):
    assert (ROOT / name).read_text() == generate(), "run: python manage.py write_docs"


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, stdout=io.StringIO())
