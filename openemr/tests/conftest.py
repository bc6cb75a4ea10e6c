from __future__ import annotations

from openemr.tests.schema import openemr, openemr_schema

__all__ = ["openemr", "openemr_schema"]
