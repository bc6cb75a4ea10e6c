from __future__ import annotations

from django.apps import AppConfig


class EmrConfig(AppConfig):
    name = "emr"

    def ready(self) -> None:
        from audit.services import patient_records
        from emr import handlers  # noqa: F401  (subscribes to the outbox)
        from emr.selectors import former_ids

        patient_records.former_ids.append(former_ids)
