"""Report templates in HTML5: IHE Management of Radiology Report Templates (RAD TF-3 4.105).

Only names, labels, choices and texts are taken from a file: nothing of its HTML is kept. What could
run is refused all the same, since such a file is not what it says. The ``text/xml`` block of coded
content, which MRRT writes as a script, is data and is passed over.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element
from zlib import crc32

import tinyhtml5

from common.errors import ErrorCode, InvalidInput
from ris.reports.templating import template_problems

LARGEST = 1_000_000
DEEPEST = 60
LONGEST_KEY = 48
_DATA = ("text/xml", "application/xml")
_ACTIVE = {"applet", "base", "embed", "frame", "iframe", "link", "object", "portal", "svg", "math"}
_ADDRESSES = (
    "action",
    "background",
    "cite",
    "data",
    "formaction",
    "href",
    "poster",
    "src",
    "srcdoc",
)
_KNOWN = {
    "clinical_information": ("clinical information", "clinical history", "history", "임상 정보"),
    "technique": ("technique", "procedure information", "procedure", "검사 방법"),
    "comparison": ("comparison", "comparisons", "비교 검사"),
    "findings": ("findings", "observations", "판독 소견", "소견"),
    "impression": ("impression", "impressions", "conclusion", "conclusions", "결론"),
    "recommendation": ("recommendation", "recommendations", "권고 사항"),
}
_INPUTS = {"text": "text", "": "text", "number": "number", "date": "date", "checkbox": "boolean"}


def template_read(data: bytes, code: str | None = None) -> dict[str, Any]:
    """The template of a file; ``code`` instead of the one made of its title.

    Raises InvalidInput, saying why: too large, not UTF-8, active content, no sections.
    """
    root = _parsed(data)
    for element in root.iter():
        _check_inert(element)
    title = _title(root)
    sections, fields = _contents(root)
    body = {
        "code": code or _key(title, "template"),
        "version": 1,
        "examination": _key(title, "template"),
        "name": _words(title),
        "sections": sections,
        "fields": fields,
    }
    if problems := template_problems(body):
        raise _refused(problems[0])
    return body


def _refused(why: str) -> InvalidInput:
    return InvalidInput(ErrorCode.TEMPLATE_UNREADABLE, why[:300], "file")


def _parsed(data: bytes) -> Element:
    if len(data) > LARGEST:
        raise _refused(f"larger than {LARGEST} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused("not UTF-8") from None
    try:
        root: Element = tinyhtml5.parse(text, namespace_html_elements=False)
    except (RecursionError, ValueError):
        raise _refused("not HTML5") from None
    if _depth(root) > DEEPEST:
        raise _refused("nested too deeply")
    return root


def _depth(root: Element) -> int:
    deepest, level = 0, [root]
    while level:
        deepest, level = deepest + 1, [child for one in level for child in one]
    return deepest


def _check_inert(element: Element) -> None:
    tag = str(element.tag).rpartition("}")[2].lower()
    if tag == "script" and element.get("type", "").strip().lower() not in _DATA:
        raise _refused("it contains a script")
    if tag in _ACTIVE:
        raise _refused(f"it contains <{tag}>")
    if tag == "meta" and element.get("http-equiv", "").lower() == "refresh":
        raise _refused("it refreshes itself")
    for name, value in element.attrib.items():
        if str(name).lower().startswith("on"):
            raise _refused(f"it contains the event handler {str(name)[:20]}")
        scheme = re.sub(r"[\s\x00-\x1f]", "", value).lower()
        if str(name).lower() in _ADDRESSES and scheme.startswith(("javascript:", "data:", "vbs")):
            raise _refused(f"it contains a script in {name}")


def _title(root: Element) -> str:
    for meta in root.iter("meta"):
        if meta.get("name", "").lower() == "dcterms.title" and meta.get("content", "").strip():
            return _line(meta.get("content", ""))
    found = next(root.iter("title"), None)
    title = _line("".join(found.itertext())) if found is not None else ""
    if not title:
        raise _refused("it has no title")
    return title


def _contents(root: Element) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The sections with a name, the inner ones by themselves, and the fields of each."""
    sections: dict[str, dict[str, Any]] = {}
    fields: dict[str, dict[str, Any]] = {}
    labels = {one.get("for"): _line(_text(one)) for one in root.iter("label") if one.get("for")}
    for section in root.iter("section"):
        name = _line(section.get("data-section-name", "")) or _header(section)
        if not name:
            continue
        key = _section_key(name)
        known = sections.setdefault(
            key, {"key": key, "label": _words(name), "required": False, "text": _words("")}
        )
        for element in _own(section):
            if element.tag == "textarea":
                known["text"] = _words(_block(_text(element)) or known["text"]["en"])
            elif (field := _field(element, labels, key, len(fields))) is not None:
                fields.setdefault(field["key"], field)
    for key in ("findings", "impression"):
        if key in sections:
            sections[key]["required"] = True
    return list(sections.values()), list(fields.values())


def _own(section: Element) -> Iterable[Element]:
    """What stands in a section and in none inside it."""
    for child in section:
        if child.tag != "section":
            yield child
            yield from _own(child)


def _header(section: Element) -> str:
    return next((_line(_text(one)) for one in section if one.tag == "header"), "")


def _field(
    element: Element, labels: dict[str | None, str], section: str, number: int
) -> dict[str, Any] | None:
    said = labels.get(element.get("id"), "") or _line(
        element.get("name", "") or element.get("title", "")
    )
    label = said or f"{number + 1}"
    common = {
        "key": _key(element.get("name") or said or element.get("id") or "", f"field_{number + 1}"),
        "label": _words(label),
        "section": section,
        "required": element.get("required") is not None,
    }
    if element.tag == "select":
        options = [_choice(one) for one in element.iter("option")]
        choices = {one["value"]: one for one in options if one["value"]}
        several = element.get("multiple") is not None
        listed = {"multiple": several, "choices": list(choices.values())}
        return common | {"type": "choice"} | listed if choices else None
    kind = _INPUTS.get(element.get("type", "").lower()) if element.tag == "input" else None
    if kind != "number":
        return common | {"type": kind} if kind else None
    bounds = {"minimum": element.get("min"), "maximum": element.get("max")}
    found = {name: value for name, text in bounds.items() if (value := _number(text)) is not None}
    return common | {"type": "number", "unit": element.get("data-field-units", "")[:20]} | found


def _choice(option: Element) -> dict[str, Any]:
    shown = _line(_text(option)) or _line(option.get("name", ""))
    return {"value": (option.get("value") or shown).strip()[:60], "label": _words(shown)}


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _words(text: str) -> dict[str, str]:
    """A file is in one language."""
    return {"ko": text, "en": text}


def _text(element: Element) -> str:
    return "".join(element.itertext())


def _block(text: str) -> str:
    kept = "".join(one for one in text if one == "\n" or unicodedata.category(one) != "Cc")
    return kept.strip()[:10_000]


def _line(text: str) -> str:
    return " ".join(_block(text).split())[:200]


def _section_key(name: str) -> str:
    lowered = name.lower().rstrip(":")
    known = (key for key, names in _KNOWN.items() if lowered in names)
    return next(known, "") or _key(name, "section")


def _key(text: str, otherwise: str) -> str:
    """The name in the letters of a key; with a checksum if that leaves out some of it.

    So 좌측 T1 and 우측 T1 are not the same.
    """
    parts = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(one for one in parts if not unicodedata.combining(one))
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if len(key) > LONGEST_KEY or not plain.isascii():
        key = f"{key[:LONGEST_KEY]}_{crc32(plain.encode()):08x}".lstrip("_")
    if not key:
        return otherwise
    return key if key[0].isalpha() else f"t_{key}"
