"""What a request asks of a rendered picture, for the views and for the fast path alike."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict

from common.errors import AppError
from pacs.delivery.rendering import Rendering
from pacs.dicomweb import accept, query

_MAX_LENGTH = 256


def parse(header: str | None, parameters: query.Parameters, viewport: str = "") -> Rendering:
    """By the Accept header and the query; ``viewport`` if the query names none.

    Raises AppError (406), InvalidInput (400).
    """
    offer = accept.negotiate(header, accept.RENDERED)
    chosen = {"viewport": [viewport], **parameters}
    return replace(query.rendering_parse(chosen), media_type=offer.media_type)


def quick_parse(header: str | None, query_string: str, viewport: str) -> Rendering | None:
    """From the raw query string; None for what only the view can answer, errors among it."""
    if len(query_string) + len(header or "") > _MAX_LENGTH:
        return None
    return _parsed(header, query_string, viewport)


@lru_cache(maxsize=1024)
def _parsed(header: str | None, query_string: str, viewport: str) -> Rendering | None:
    try:
        parameters = QueryDict(query_string.encode("latin-1"), encoding="utf-8")
        return parse(header, dict(parameters.lists()), viewport)
    except (AppError, SuspiciousOperation):
        return None
