from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RisConfig(AppConfig):
    name = "ris"

    def ready(self) -> None:
        from ai.selectors.moved_sources import withdrawn_finders
        from pacs.index.matching import order_finders
        from pacs.index.study_moves import (
            StudyMerger,
            series_followers,
            study_followers,
            study_mergers,
        )
        from ris import handlers  # noqa: F401  (subscribes to the outbox)
        from ris.modality.scheduling import scheduled_orders
        from ris.reading.services import readings_merge
        from ris.registration.withdrawals import (
            registrations_follow,
            registrations_follow_series,
            withdrawn_series,
        )
        from ris.reports.moves import merge_refusal, reports_follow, reports_merge
        from ris.reports.template_services import templates_keep

        withdrawn_finders.append(withdrawn_series)
        order_finders.append(scheduled_orders)
        study_followers.extend([reports_follow, registrations_follow])
        series_followers.append(registrations_follow_series)
        study_mergers.append(StudyMerger(lambda source, target: None, readings_merge))
        study_mergers.append(StudyMerger(merge_refusal, reports_merge))
        post_migrate.connect(templates_keep, sender=self)
