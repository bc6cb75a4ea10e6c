"""One pagination for every list: ``?page=`` and ``?page_size=`` (at most 200)."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property
from rest_framework.pagination import PageNumberPagination

MOST_COUNTED = 10_000


class BoundedCount(Paginator):  # type: ignore[type-arg]
    """Counts no further than MOST_COUNTED: counting a million rows takes longer than showing 50."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[:MOST_COUNTED].count())


class Pagination(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        """With the values of a list of one, for the examples of the API's description."""
        shape = super().get_paginated_response_schema(schema)
        for name, value in {"count": 1, "next": None, "previous": None}.items():
            shape["properties"][name]["example"] = value
        return shape


class BoundedPagination(Pagination):
    """``count`` is MOST_COUNTED if there are as many or more; what lies behind it, filters find."""

    django_paginator_class = BoundedCount
