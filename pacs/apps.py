from __future__ import annotations

from django.apps import AppConfig


class PacsConfig(AppConfig):
    name = "pacs"

    def ready(self) -> None:
        from pydicom import config

        from audit.services.instance_records import parent_lookup_register
        from pacs import (
            handlers,  # noqa: F401  (subscribes to the outbox)
            probes,  # noqa: F401  (registers checks and gauges)
        )
        from pacs.index import alert_subjects  # noqa: F401  (names what alerts are about)
        from pacs.index.lookup import parent_uids

        parent_lookup_register(parent_uids)
        config.settings.reading_validation_mode = config.IGNORE  # its warnings quote values
