from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def heads_file(settings, tmp_path):
    """Each test has its own place outside the database."""
    settings.AUDIT_HEADS_FILE = tmp_path / "heads" / "heads.jsonl"
    return settings.AUDIT_HEADS_FILE
