from __future__ import annotations

from django.apps import AppConfig


class OcsConfig(AppConfig):
    name = "ocs"
