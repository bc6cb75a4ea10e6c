from __future__ import annotations

from typing import Any

from celery import signals
from django.apps import AppConfig
from django.db import connections

PATIENT_S = 10
"""A worker that reads thousands of rows may wait; a person may not (settings/env.py)."""


class OpenemrConfig(AppConfig):
    name = "openemr"

    def ready(self) -> None:
        signals.worker_init.connect(be_patient)


def be_patient(**_: Any) -> None:
    entry = connections.settings.get("openemr")
    if entry:
        entry["OPTIONS"] |= {"read_timeout": PATIENT_S, "write_timeout": PATIENT_S}
