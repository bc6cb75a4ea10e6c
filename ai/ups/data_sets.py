"""Data sets in the DICOM JSON model (PS3.18 annex F): made by keyword, and read from a client."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils import timezone
from pydicom.datadict import dictionary_VR, tag_for_keyword

from ai.manifest import ModelManifest
from common.errors import ErrorCode, InvalidInput
from pacs.dicom.uids import Uid

Elements = dict[str, dict[str, Any]]
SCHEME = "99NEURONOVA"
"""Coding Scheme Designator of our models, their parameters and our station."""
SHORT_CODE = 16
"""Characters of the longest Code Value (0008,0100); a longer one is a Long Code Value."""
MEANING = 64
TEXT = 1024


@lru_cache
def tag(keyword: str) -> str:
    """``"PatientID"`` → ``"00100020"``."""
    number = tag_for_keyword(keyword)
    if number is None:
        raise ValueError(f"{keyword} is no keyword of DICOM")
    return f"{number:08X}"


def data_set(**values: Any) -> Elements:
    """By keyword. A list holds the values or items; None and "" make an element without value."""
    return dict(sorted((tag(keyword), _element(tag(keyword), v)) for keyword, v in values.items()))


def _element(number: str, value: Any) -> dict[str, Any]:
    vr = dictionary_VR(int(number, 16))
    listed = value if isinstance(value, list) else [value]
    present = [one for one in listed if one not in (None, "")]
    if vr == "PN":
        present = [{"Alphabetic": name} for name in present]
    return {"vr": vr, "Value": present} if present else {"vr": vr}


def moment(at: datetime | None) -> str:
    """DT in the hospital's time with its offset from UTC; empty for None."""
    return timezone.localtime(at).strftime("%Y%m%d%H%M%S.%f%z") if at else ""


def code(value: str, meaning: str, scheme: str = SCHEME) -> Elements:
    """The item of a code sequence."""
    held = {"CodeValue": value} if len(value) <= SHORT_CODE else {"LongCodeValue": value}
    return data_set(**held, CodingSchemeDesignator=scheme, CodeMeaning=meaning[:MEANING])


def model_code(manifest: ModelManifest) -> Elements:
    """The Scheduled Workitem Code of a model."""
    return code(manifest.id, manifest.name)


class Given:
    """A data set as a client sent it. What has not the form of the model is InvalidInput (400)."""

    def __init__(self, elements: Mapping[str, Any]) -> None:
        self.elements = elements

    @classmethod
    def read(cls, body: object) -> Given:
        """An object, or an array of one."""
        if isinstance(body, list) and len(body) == 1:
            [body] = body
        if not isinstance(body, Mapping):
            raise InvalidInput(ErrorCode.VALIDATION, "one data set is needed")
        return cls(body)

    def values(self, keyword: str) -> list[Any]:
        """The values; empty without the element, or when it has none."""
        element = self.elements.get(tag(keyword), {})
        values = element.get("Value", []) if isinstance(element, Mapping) else None
        if not isinstance(values, list):
            raise _malformed(keyword)
        return values

    def text(self, keyword: str, longest: int = TEXT) -> str:
        """The first value as text; empty without one."""
        value = next(iter(self.values(keyword)), None)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise _malformed(keyword)
        if len(str(value)) > longest:
            raise InvalidInput(ErrorCode.VALIDATION, f"more than {longest} characters", keyword)
        return str(value).strip()

    def uid(self, keyword: str) -> Uid | None:
        text = self.text(keyword)
        return uid_of(text, keyword) if text else None

    def items(self, keyword: str) -> list[Given]:
        """The items of a sequence."""
        values = self.values(keyword)
        if not all(isinstance(item, Mapping) for item in values):
            raise _malformed(keyword)
        return [Given(item) for item in values]

    def code(self, keyword: str) -> str:
        """The code of our scheme in a code sequence; empty if it holds none."""
        for item in self.items(keyword):
            if item.text("CodingSchemeDesignator") == SCHEME:
                return item.text("CodeValue") or item.text("LongCodeValue")
        return ""


def uid_of(text: str, name: str) -> Uid:
    """Raises InvalidInput for what is no UID."""
    try:
        return Uid(text)
    except ValueError:
        raise InvalidInput(ErrorCode.VALIDATION, "not a UID", name) from None


def _malformed(keyword: str) -> InvalidInput:
    return InvalidInput(ErrorCode.VALIDATION, "not in the form of DICOM JSON", keyword)
