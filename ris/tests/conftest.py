from __future__ import annotations

from pacs.tests.conftest import mine  # noqa: F401  (a fixture)
