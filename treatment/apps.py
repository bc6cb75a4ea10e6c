from __future__ import annotations

from django.apps import AppConfig


class TreatmentConfig(AppConfig):
    name = "treatment"

    def ready(self) -> None:
        from treatment import handlers  # noqa: F401  (subscribes to the outbox)
