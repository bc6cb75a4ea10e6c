from __future__ import annotations

from django.apps import AppConfig


class OpenemrConfig(AppConfig):
    name = "openemr"
