"""Write the API's description for nginx to send, as YAML and JSON, below STATIC_ROOT."""

from __future__ import annotations

import gzip
import json
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand

from common.management.commands.write_docs import openapi_yaml


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.STATIC_ROOT / "openapi"
        folder.mkdir(parents=True, exist_ok=True)
        text = openapi_yaml()
        texts = {"yaml": text, "json": json.dumps(yaml.safe_load(text), ensure_ascii=False)}
        for form, content in texts.items():
            (folder / f"openapi.{form}").write_text(content, encoding="utf-8")
            (folder / f"openapi.{form}.gz").write_bytes(gzip.compress(content.encode(), mtime=0))
