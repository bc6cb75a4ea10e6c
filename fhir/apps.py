from __future__ import annotations

from django.apps import AppConfig


class FhirConfig(AppConfig):
    name = "fhir"

    def ready(self) -> None:
        from fhir import (
            handlers,  # noqa: F401  (subscribes to the outbox)
            probes,  # noqa: F401  (registers checks and gauges)
        )
