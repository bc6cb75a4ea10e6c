"""The record of a list: whom it showed, and what was searched for."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django_filters import rest_framework as filters

from audit import services
from common.api.views import GenericApiView
from common.macs import authenticator

_hash = authenticator("words of a search")


def list_recorded(view: GenericApiView, rows: Sequence[Any]) -> None:
    """One record for the page, empty ones too, with the patients and rows that it shows."""
    filterset = getattr(view, "filterset_class", None)
    known = dict.fromkeys(view.searched_by) | (filterset.base_filters if filterset else {})
    needed = view.required_permissions["GET"]
    services.record(
        actor=view.actor,
        action=view.list_action,
        object_type=view.list_object,
        object_id=next(iter(view.kwargs.values()), ""),
        permission=needed if isinstance(needed, str) else "",
        patients=view.patients_shown(rows),
        detail={
            "filters": {
                name: [_value(known[name], text) for text in texts]
                for name, texts in view.request.query_params.lists()
                if name in known
            },
            "rows": [str(row) for row in view.rows_shown(rows)],
        },
    )


def _value(of: filters.Filter | None, text: str) -> str:
    """A number, a date or a choice itself; of free text, which may be a name, its keyed hash."""
    free = of is None or type(of) in (filters.CharFilter, filters.Filter)
    return searched_hash(text) if free else text


def searched_hash(text: str) -> str:
    """The same for the same words, however they are written; says nothing without our key."""
    return _hash(unicodedata.normalize("NFC", " ".join(text.split())).casefold().encode())


def searched_hashes(keys: Mapping[str, str]) -> dict[str, list[str]]:
    """Of all values of a search."""
    return {name: [searched_hash(value)] for name, value in keys.items()}
