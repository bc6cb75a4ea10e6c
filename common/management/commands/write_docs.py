"""Write what is generated from the code: docs/openapi.yaml and docs/errors.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

from common.errors import ErrorCode

ERRORS_HEAD = """# Error codes

Generated from `common/errors.py` by `python manage.py write_docs`; do not edit.

| code | HTTP | English | 한국어 |
|---|---|---|---|
"""


def openapi_yaml() -> str:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    renderer = OpenApiYamlRenderer()
    rendered: bytes = renderer.render(schema, renderer_context={})  # type: ignore[no-untyped-call]
    return rendered.decode()


def errors_markdown() -> str:
    rows = [
        f"| {spec.code} | {spec.status} | {spec.en} | {spec.ko} |"
        for spec in (code.value for code in ErrorCode)
    ]
    return ERRORS_HEAD + "\n".join(rows) + "\n"


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        docs = Path(__file__).resolve().parents[3] / "docs"
        (docs / "openapi.yaml").write_text(openapi_yaml())
        (docs / "errors.md").write_text(errors_markdown())
        self.stdout.write("docs/openapi.yaml and docs/errors.md are written.")
