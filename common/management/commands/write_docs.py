"""Write the generated files: docs/openapi.yaml, docs/errors.md and .importlinter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

from common.errors import ErrorCode
from deploy.contracts import importlinter

ERRORS_HEAD = """# Error codes

Generated from `common/error_codes.py` by `python manage.py write_docs`; do not edit.

| code | HTTP | English | 한국어 |
|---|---|---|---|
"""


def openapi_yaml() -> str:
    with translation.override("en"):  # the texts of Django and DRF
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


ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = {
    "docs/openapi.yaml": openapi_yaml,
    "docs/errors.md": errors_markdown,
    ".importlinter": importlinter,
}


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        for name, generate in DOCUMENTS.items():
            (ROOT / name).write_text(generate())
        self.stdout.write(f"{', '.join(DOCUMENTS)} are written.")
