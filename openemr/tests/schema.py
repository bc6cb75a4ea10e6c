"""A database of OpenEMR for tests: the minimal schema, and the tables of the real one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections

from deploy import openemr_schema as schema
from openemr.router import ALIAS


def _fill(statements: list[str]) -> None:
    with connections[ALIAS].cursor() as cursor:
        for table in connections[ALIAS].introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE `{table}`")
        for statement in statements:
            cursor.execute(statement.replace("%", "%%"))


@pytest.fixture(scope="module", params=["minimal", "real"])
def openemr_schema(request: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The name of the schema that the tests of the module see, once each."""
    text = schema.minimal() if request.param == "minimal" else schema.real()
    if text is None:
        pytest.skip(f"OpenEMR's own schema: {schema.MISSING}")
    with django_db_blocker.unblock():
        _fill(schema.used_tables(text))
        yield request.param
        connections[ALIAS].close()


@pytest.fixture
def openemr(openemr_schema: str, db: None, settings: Any) -> str:
    """OpenEMR is there and answers; tests need ``django_db(databases=["default", "openemr"])``."""
    settings.OPENEMR_ENABLED = True
    cache.delete_many(["openemr:down", "openemr:tried", "openemr:tries"])
    return openemr_schema
