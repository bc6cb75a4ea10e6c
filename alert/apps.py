from __future__ import annotations

from django.apps import AppConfig


class AlertConfig(AppConfig):
    name = "alert"
