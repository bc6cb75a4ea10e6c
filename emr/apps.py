from __future__ import annotations

from django.apps import AppConfig


class EmrConfig(AppConfig):
    name = "emr"
