from __future__ import annotations

from django.apps import AppConfig


class FhirConfig(AppConfig):
    name = "fhir"

    def ready(self) -> None:
        from fhir import handlers  # noqa: F401  (subscribes to the outbox)
