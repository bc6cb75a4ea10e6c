from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RisConfig(AppConfig):
    name = "ris"

    def ready(self) -> None:
        from pacs.index.matching import order_finders
        from pacs.index.study_moves import series_followers, study_followers
        from ris import handlers  # noqa: F401  (subscribes to the outbox)
        from ris.modality.scheduling import scheduled_orders
        from ris.registration.withdrawals import registrations_follow, registrations_follow_series
        from ris.reports.moves import reports_follow
        from ris.reports.template_services import templates_keep

        order_finders.append(scheduled_orders)
        study_followers.extend([reports_follow, registrations_follow])
        series_followers.append(registrations_follow_series)
        post_migrate.connect(templates_keep, sender=self)
