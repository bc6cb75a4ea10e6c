from __future__ import annotations

from django.apps import AppConfig


class RbacConfig(AppConfig):
    name = "rbac"
