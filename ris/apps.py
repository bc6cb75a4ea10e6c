from __future__ import annotations

from django.apps import AppConfig


class RisConfig(AppConfig):
    name = "ris"

    def ready(self) -> None:
        from pydicom import config

        from audit.services.instances import parents_told_by
        from ris import (
            handlers,  # noqa: F401  (subscribes to the outbox)
            probes,  # noqa: F401  (registers checks and gauges)
        )
        from ris.selectors.browse import parent_uids

        parents_told_by(parent_uids)
        config.settings.reading_validation_mode = config.IGNORE  # its warnings quote values
