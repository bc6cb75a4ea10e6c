from __future__ import annotations

from django.apps import AppConfig


class RisConfig(AppConfig):
    name = "ris"

    def ready(self) -> None:
        from pacs.index.matching import order_finders
        from ris import handlers  # noqa: F401  (subscribes to the outbox)
        from ris.modality.scheduling import scheduled_orders

        order_finders.append(scheduled_orders)
