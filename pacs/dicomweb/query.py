"""Parses request parameters and builds archive paths from the parsed values.

Text from the client is never passed on to the archive unparsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydicom.datadict import tag_for_keyword

from common.errors import ErrorCode, InvalidInput
from pacs.delivery.rendering import Rendering, Window
from pacs.index.studies import Target

MAX_VIEWPORT = 4096
THUMBNAIL_VIEWPORT = "128,128"
_MAX_VALUE = 1024
_MAX_NUMBER = 10**9
_MAX_NAMED = 20
_NAME = re.compile(r"[A-Za-z0-9.]{1,64}")
_TAG = re.compile(r"[0-9A-Fa-f]{8}")
_NUMBER = r"-?[0-9]{1,7}(\.[0-9]{1,6})?"
_WINDOW = re.compile(rf"{_NUMBER},{_NUMBER},(linear|linear-exact|sigmoid)")

Parameters = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A parsed QIDO-RS query.

    ``keys``: tag to value. ``limit``: None if the client set none. ``ignored``: well-formed names
    of parameters that are not supported, at most _MAX_NAMED (for the Warning header).
    """

    keys: dict[str, str] = field(default_factory=dict)
    includefield: tuple[str, ...] = ()
    limit: int | None = None
    offset: int = 0
    fuzzymatching: bool = False
    ignored: tuple[str, ...] = ()


def archive_path(target: Target, suffix: str = "", query: str = "") -> str:
    """The archive path of the target (``dicom-web/studies/…``), with the UIDs of the index."""
    parts = ["dicom-web/studies", target.study.study_instance_uid]
    if target.series is not None:
        parts += ["series", target.series.series_instance_uid]
    if target.instance is not None:
        parts += ["instances", target.instance.sop_instance_uid]
    return "/".join(parts) + suffix + (f"?{query}" if query else "")


def tag_of(name: str) -> str | None:
    """The tag of an attribute named by keyword or tag (PatientID, 00100020); None if unknown.

    An attribute inside a sequence has a path: ``00400275.00400009``.
    """
    tags = [_tag_of(part) for part in name.split(".")]
    return None if None in tags else ".".join(filter(None, tags))


def _tag_of(name: str) -> str | None:
    if _TAG.fullmatch(name):
        return name.upper()
    tag = tag_for_keyword(name) if name.isascii() and name.isalnum() else None
    return None if tag is None else f"{tag:08X}"


def frames_parse(text: str, available: int) -> str:
    """Parse a list of frame numbers from 1 to ``available``. Raises InvalidInput (400)."""
    numbers = text.split(",")
    if len(numbers) > available:
        raise _invalid(f"the instance has {available} frame(s)", "frames")
    for number in numbers:
        if not number or len(number) > 9 or not 1 <= int(number) <= available:
            raise _invalid(f"a frame is a number from 1 to {available}", "frames")
    return ",".join(str(int(number)) for number in numbers)


def search_parse(parameters: Parameters, supported: Iterable[str]) -> SearchQuery:
    """Parse a QIDO-RS query string; ``supported``: the tags that can be matched.

    Other attributes are ignored and reported (PS3.18 8.3.1). Raises InvalidInput (400).
    """
    known = frozenset(supported)
    keys: dict[str, str] = {}
    ignored: list[str] = []
    for name, values in parameters.items():
        if name in ("includefield", "limit", "offset", "fuzzymatching"):
            continue
        tag = tag_of(name)
        if tag not in known:
            ignored.append(name)
            continue
        if len(values) > 1 or tag in keys:
            raise _invalid("an attribute is given twice", tag)
        if len(values[0]) > _MAX_VALUE or not values[0].isprintable():
            raise _invalid("the value is too long or not printable", tag)
        keys[tag] = values[0]
    fuzzy = _last(parameters, "fuzzymatching", "false")
    if fuzzy not in ("true", "false"):
        raise _invalid("must be true or false", "fuzzymatching")
    limit = _last(parameters, "limit", "")
    return SearchQuery(
        keys=keys,
        includefield=_includefield(parameters),
        limit=_natural(limit, "limit") if limit else None,
        offset=_natural(_last(parameters, "offset", "0"), "offset"),
        fuzzymatching=fuzzy == "true",
        ignored=tuple(name for name in ignored if _NAME.fullmatch(name))[:_MAX_NAMED],
    )


def rendering_parse(parameters: Parameters) -> Rendering:
    """Parse ``viewport``, ``window`` and ``quality`` (PS3.18 8.3.5). Raises InvalidInput (400)."""
    quality = _last(parameters, "quality", "")
    if quality and not 1 <= _natural(quality, "quality") <= 100:
        raise _invalid("a number from 1 to 100", "quality")
    return Rendering(
        viewport=_viewport(_last(parameters, "viewport", "")),
        window=_window(_last(parameters, "window", "")),
        quality=int(quality) if quality else None,
    )


def _viewport(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    sizes = text.split(",")
    if len(sizes) != 2 or not all(1 <= _natural(s, "viewport") <= MAX_VIEWPORT for s in sizes):
        raise _invalid(f"two numbers from 1 to {MAX_VIEWPORT}", "viewport")
    return int(sizes[0]), int(sizes[1])


def _window(text: str) -> Window | None:
    if not text:
        return None
    if not _WINDOW.fullmatch(text):
        raise _invalid("center,width,function", "window")
    center, width, function = text.split(",")
    return Window(float(center), float(width), function)


def _includefield(parameters: Parameters) -> tuple[str, ...]:
    names = ",".join(parameters.get("includefield", ())).split(",")
    tags = ("all" if name == "all" else tag_of(name) for name in names)
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _last(parameters: Parameters, name: str, default: str) -> str:
    values = parameters.get(name)
    return values[-1] if values else default


def _natural(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > _MAX_NUMBER:
        raise _invalid("must be a whole number", name)
    return int(text)


def _invalid(detail: str, name: str) -> InvalidInput:
    return InvalidInput(ErrorCode.VALIDATION, detail, name)
