"""A streaming parser of multipart/related (RFC 2046, RFC 2387). Needs the memory of two chunks.

The parsers of Django and other libraries are for form data: they require names and do not accept
a preamble.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from common.errors import ErrorCode, InvalidInput

CHUNK_BYTES = 256 << 10
MAX_PREAMBLE_BYTES = 4 << 10
MAX_HEADER_BYTES = 16 << 10
MAX_PADDING = 128
_BOUNDARY = re.compile(r"[ -~]{0,199}[!-~]")
_AFTER_DELIMITER = re.compile(rb"(--)|[ \t]{0,%d}\r?\n" % MAX_PADDING)
_AFTER_BYTES = MAX_PADDING + 2
_BLANK_LINE = re.compile(rb"(?:\A|\n)\r?\n")


class ByteSource(Protocol):
    def read(self, size: int, /) -> bytes: ...


class RelatedPart:
    """A part of the body. Its data can be read once, before the next part is requested."""

    def __init__(self, content_type: str, chunks: Iterator[bytes]) -> None:
        self.content_type = content_type
        self._chunks = chunks

    def chunks(self) -> Iterator[bytes]:
        return self._chunks


def malformed(reason: str) -> InvalidInput:
    return InvalidInput(ErrorCode.MALFORMED, reason)


def parse_related(source: ByteSource, boundary: str) -> Iterator[RelatedPart]:
    """Yield the parts up to the closing boundary; unread data of a part is skipped.

    If the first boundary ends in a bare line feed, all lines are expected to.
    Raises InvalidInput (400) for a malformed body, also if it ends before the closing boundary.
    """
    if not _BOUNDARY.fullmatch(boundary):
        raise malformed("the boundary is not valid")
    reader = _Reader(source, b"--" + boundary.encode("ascii"))
    reader.pass_preamble()
    while reader.in_part:
        content_type = reader.read_content_type()
        chunks = reader.read_data()
        yield RelatedPart(content_type, chunks)
        for _ in chunks:
            pass
    reader.pass_epilogue()


class _Reader:
    """``in_part``: the last delimiter opened a part, it did not close the body."""

    def __init__(self, source: ByteSource, delimiter: bytes) -> None:
        self._source = source
        self._first = delimiter
        self._delimiter = delimiter
        self._buffer = b""
        self.in_part = False

    def pass_preamble(self) -> None:
        """Skip to the end of the first delimiter, which determines the line ending."""
        line = re.compile(rb"(?:\A|\n)" + re.escape(self._first))
        start = 0
        while True:
            found = line.search(self._buffer, start, MAX_PREAMBLE_BYTES)
            after = self._after(found.end()) if found else None
            if after is not None:
                newline = b"\r\n" if after.group().endswith(b"\r\n") else b"\n"
                self._delimiter = newline + self._first
                self._pass(after)
                return
            if found:
                start = found.start() + 1
            elif len(self._buffer) > MAX_PREAMBLE_BYTES or not self._more():
                raise malformed("there is no boundary")

    def read_content_type(self) -> str:
        """The Content-Type of the part without parameters, in lower case; empty if absent."""
        while not (end := _BLANK_LINE.search(self._buffer, 0, MAX_HEADER_BYTES)):
            if len(self._buffer) > MAX_HEADER_BYTES or not self._more():
                raise malformed("the headers of a part do not end")
        head = self._buffer[: end.end()].decode("latin-1")
        self._buffer = self._buffer[end.end() :]
        for line in re.sub(r"\r?\n[ \t]+", " ", head).splitlines():
            name, _, value = line.partition(":")
            if name.strip().lower() == "content-type":
                return value.partition(";")[0].strip().lower()
        return ""

    def read_data(self) -> Iterator[bytes]:
        """Yield the data of the part, up to the next delimiter."""
        while len(self._buffer) < len(self._first) + _AFTER_BYTES and self._more():
            pass
        empty = self._after(len(self._first)) if self._buffer.startswith(self._first) else None
        if empty is not None:
            self._pass(empty)
            return
        start = 0
        while True:
            at = self._buffer.find(self._delimiter, start)
            if at < 0:
                keep = max(len(self._buffer) - len(self._delimiter) + 1, 0)
                yield self._buffer[:keep]
                self._buffer = self._buffer[keep:]
                start = 0
                if not self._more():
                    raise malformed("the closing boundary is missing")
                continue
            after = self._after(at + len(self._delimiter))
            if after is not None:
                data = self._buffer[:at]
                self._pass(after)
                yield data
                return
            start = at + 1

    def pass_epilogue(self) -> None:
        while self._source.read(CHUNK_BYTES):
            pass

    def _after(self, position: int) -> re.Match[bytes] | None:
        """The match of a delimiter's end at ``position``; None if the bytes before it are data."""
        while len(self._buffer) < position + _AFTER_BYTES and self._more():
            pass
        return _AFTER_DELIMITER.match(self._buffer, position)

    def _pass(self, after: re.Match[bytes]) -> None:
        self.in_part = after[1] is None
        self._buffer = self._buffer[after.end() :]

    def _more(self) -> bool:
        chunk = self._source.read(CHUNK_BYTES)
        self._buffer += chunk
        return bool(chunk)
