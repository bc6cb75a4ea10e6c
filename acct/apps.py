from __future__ import annotations

from django.apps import AppConfig


class AcctConfig(AppConfig):
    name = "acct"
