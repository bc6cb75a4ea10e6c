from __future__ import annotations

from django.apps import AppConfig


class RisConfig(AppConfig):
    name = "ris"

    def ready(self) -> None:
        from pydicom import config

        from ris import handlers  # noqa: F401  (subscribes to the outbox)

        config.settings.reading_validation_mode = config.IGNORE  # its warnings quote values
