"""JSON parsing that rejects values which neither the database nor a response can represent."""

from __future__ import annotations

import math
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MAX_DEPTH = 20


class PlainJsonParser(JSONParser):
    """JSON of at most ``MAX_DEPTH`` levels, without NaN, infinity and lone surrogates.

    Python's parser accepts all of these; MariaDB would reject them when the row is stored.
    """

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            value = super().parse(*args, **kwargs)
        except RecursionError:
            raise ParseError from None
        _check(value)
        return value


def _check(value: Any, depth: int = 0) -> None:
    if depth > MAX_DEPTH or (isinstance(value, float) and not math.isfinite(value)):
        raise ParseError
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ParseError from None
    elif isinstance(value, dict):
        for key, child in value.items():
            _check(key, depth)
            _check(child, depth + 1)
    elif isinstance(value, list):
        for child in value:
            _check(child, depth + 1)
