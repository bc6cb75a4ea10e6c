"""HL7 v2 ORU^R01 messages: what is read of them, and their acknowledgement.

Read by hand: a parser that checks a whole message against the standard takes longer than the
200 messages a second leave, and one bad segment must not drop a message.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC

from django.utils import timezone

CHARSETS = {
    "": "utf-8",
    "ASCII": "ascii",
    "UNICODE UTF-8": "utf-8",
    "8859/1": "iso-8859-1",
    "KS X 1001": "euc_kr",
}
_ESCAPES = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\", ".br": "\n"}
_ESCAPED = re.compile(r"\\(F|S|T|R|E|\.br)\\")
_SEGMENT_ENDS = re.compile(r"\r\n|\r|\n")


class Hl7Refused(Exception):
    """No message that is taken at all (AR), or a broken one (AE); ``reason`` holds no patient."""

    def __init__(self, ack: str, reason: str) -> None:
        super().__init__(reason)
        self.ack = ack
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Observation:
    """One OBX; ``number`` is its place among the segments, from 1.

    ``name`` is the text of ``code``, ``text`` that of a coded ``value``, ``kind`` the type of the
    value; ``sub_id`` joins the lines of one variant; ``repeated``: there are several values.
    """

    number: int
    code: str
    value: str
    unit: str
    status: str
    method: str
    name: str = ""
    text: str = ""
    kind: str = ""
    sub_id: str = ""
    repeated: bool = False


@dataclass(slots=True)
class Group:
    """One OBR and what follows it; ``placer`` and ``filler`` may be the accession number.

    ``comment``: the text of its NTE segments.
    """

    mrn: str
    placer: str
    filler: str
    code: str
    observations: list[Observation] = field(default_factory=list)
    comment: str = ""


@dataclass(slots=True)
class Message:
    sender: str
    control_id: str
    mrn: str | None
    groups: list[Group]


@dataclass(frozen=True, slots=True)
class Header:
    """What an acknowledgement needs of MSH; all empty where there is none."""

    fields: tuple[str, ...] = ()

    def part(self, number: int) -> str:
        """MSH-``number``; MSH-1 is the separator itself."""
        return self.fields[number - 1] if number <= len(self.fields) else ""

    @property
    def sender(self) -> str:
        return f"{self.part(3)}|{self.part(4)}"[:200]

    @property
    def control_id(self) -> str:
        return self.part(10)[:199]

    @property
    def charset(self) -> str:
        return self.part(18).split("~")[0].strip()


def header_of(raw: bytes) -> Header:
    """By single bytes: the charset is in it."""
    first = _SEGMENT_ENDS.split(raw[:4096].decode("iso-8859-1").lstrip("\r\n "), maxsplit=1)[0]
    if not first.startswith("MSH") or len(first) < 8:
        return Header()
    return Header((first[3], *first.split(first[3])[1:]))


def parse(raw: bytes) -> Message:
    """Raises Hl7Refused."""
    header = header_of(raw)
    if not header.fields:
        raise Hl7Refused("AR", "no MSH segment")
    if header.fields[:2] != ("|", "^~\\&"):
        raise Hl7Refused("AR", "other separators than |^~\\&")
    if header.part(9).split("^")[:2] != ["ORU", "R01"]:
        raise Hl7Refused("AR", "not ORU^R01")
    if not header.control_id:
        raise Hl7Refused("AE", "no message control ID (MSH-10)")
    charset = CHARSETS.get(header.charset)
    if charset is None:
        raise Hl7Refused("AE", "unknown character set (MSH-18)")
    try:
        text = raw.decode(charset)
    except UnicodeDecodeError:
        raise Hl7Refused("AE", f"the bytes are not {charset}") from None
    if "\0" in text:
        raise Hl7Refused("AE", "a NUL character")
    message = Message(header.sender, header.control_id, None, [])
    for number, line in enumerate(filter(None, _SEGMENT_ENDS.split(text.strip())), 1):
        _segment(message, number, line.split("|"))
    if not any(group.observations for group in message.groups):
        raise Hl7Refused("AE", "no OBX segment")
    return message


def _segment(message: Message, number: int, fields: list[str]) -> None:
    def part(index: int, component: int = 1) -> str:
        whole = fields[index] if index < len(fields) else ""
        parts = whole.split("~")[0].split("^")
        return _unescaped(parts[component - 1]).strip() if component <= len(parts) else ""

    name = fields[0].strip()
    if name == "MSH" and number > 1:
        raise Hl7Refused("AE", "a second MSH segment")
    if name == "PID":
        mrn = _mrn(fields[3]) if len(fields) > 3 else ""
        if message.mrn not in (None, mrn):
            raise Hl7Refused("AE", "several patients in one message")
        message.mrn = mrn
    elif name == "OBR":
        message.groups.append(Group(message.mrn or "", part(2), part(3), part(4)))
    elif name == "OBX":
        if not message.groups:
            raise Hl7Refused("AE", "an OBX before its OBR")
        message.groups[-1].observations.append(_observation(number, part, fields))
    elif name == "NTE" and message.groups and len(fields) > 3:
        said = "\n".join(map(_unescaped, fields[3].split("~"))).strip()
        group = message.groups[-1]
        group.comment = f"{group.comment}\n{said}".strip()


def _observation(number: int, part: Callable[..., str], fields: list[str]) -> Observation:
    kind = part(2)
    structured = kind == "SN"
    return Observation(
        number=number,
        code=part(3),
        value=_structured(part) if structured else part(5),
        unit=part(6),
        status=part(11).upper(),
        method=part(17),
        name=part(3, 2),
        text="" if structured else part(5, 2),
        kind=kind,
        sub_id=part(4),
        repeated=len(fields) > 5 and "~" in fields[5],
    )


def _mrn(repeated: str) -> str:
    """The identifier of type MR in PID-3, else the first; never any other of them."""
    parts = [each.split("^") for each in repeated.split("~")]
    chosen = next((each for each in parts if each[4:5] == ["MR"]), parts[0])
    return _unescaped(chosen[0]).strip()


def _structured(part: Callable[[int, int], str]) -> str:
    """SN: a comparator and a number are one value; a ratio or range stays text."""
    parts = [part(5, each) for each in (1, 2, 3, 4)]
    return "^".join(parts) if any(parts[2:]) else "".join(parts)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _ESCAPES[found[1]], text) if "\\" in text else text


def _safe(text: str) -> str:
    return re.sub(r"[|^~\\&\r\n\x0b\x1c]", " ", text)


def acknowledgement(header: Header, code: str, reason: str = "") -> str:
    """AA, AE or AR for the message of ``header``; sender and receiver change places."""
    now = timezone.now().astimezone(UTC).strftime("%Y%m%d%H%M%S+0000")
    control_id = _safe(header.control_id)
    version = _safe(header.part(12)) or "2.5.1"
    ends = [_safe(header.part(each)) for each in (5, 6, 3, 4)]
    trigger = "ACK^R01^ACK"
    segments = [
        "|".join(["MSH", "^~\\&", *ends, now, "", trigger, f"A{control_id}"[:20], "P", version])
        + "||||||UNICODE UTF-8",
        f"MSA|{code}|{control_id}",
    ]
    if reason:
        segments.append(f"ERR||||E||||{_safe(reason)[:250]}")
    return "\r".join(segments) + "\r"


def messages_of(body: bytes) -> list[bytes]:
    """The messages of a file, framed or not; batch headers and trailers are left out."""
    found: list[list[bytes]] = []
    for framed in re.split(rb"\r\n|\r|\n", body):
        line = framed.strip(b"\x0b\x1c ")
        if line.startswith(b"MSH"):
            found.append([])
        if found and line and line[:3] not in (b"FHS", b"BHS", b"BTS", b"FTS"):
            found[-1].append(line)
    return [b"\r".join(lines) + b"\r" for lines in found] or [body]
