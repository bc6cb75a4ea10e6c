from __future__ import annotations

from django.apps import AppConfig


class RisConfig(AppConfig):
    name = "ris"

    def ready(self) -> None:
        from ris import handlers  # noqa: F401
