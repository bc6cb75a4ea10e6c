from __future__ import annotations

from emr.tests.merge_rows import merge, pair
from openemr.tests.schema import openemr, openemr_schema

__all__ = ["merge", "openemr", "openemr_schema", "pair"]
