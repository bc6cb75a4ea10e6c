"""One pagination for every list: ``?page=`` and ``?page_size=`` (at most 200)."""

from __future__ import annotations

from typing import Any

from rest_framework.pagination import PageNumberPagination


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
