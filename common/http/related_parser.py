"""Read a multipart/related body (RFC 2046, RFC 2387) part by part, in the memory of two chunks.

Own code because the parsers at hand want the names and quotes of forms, and lack preambles.
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
    """One part. Its data can be read once, before the next part is asked for."""

    def __init__(self, content_type: str, chunks: Iterator[bytes]) -> None:
        self.content_type = content_type
        self._chunks = chunks

    def chunks(self) -> Iterator[bytes]:
        return self._chunks


def malformed(reason: str) -> InvalidInput:
    return InvalidInput(ErrorCode.MALFORMED, reason)


def parse_related(source: ByteSource, boundary: str) -> Iterator[RelatedPart]:
    """The parts up to the closing boundary; what is not read of one is passed over.

    A body whose first boundary ends in a bare line feed is taken to have such lines throughout.
    Raises InvalidInput (400), also when the body ends before its closing boundary.
    """
    if not _BOUNDARY.fullmatch(boundary):
        raise malformed("the boundary cannot be one")
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
    """``in_part``: the last delimiter that was passed opened a part."""

    def __init__(self, source: ByteSource, delimiter: bytes) -> None:
        self._source = source
        self._first = delimiter
        self._delimiter = delimiter
        self._buffer = b""
        self.in_part = False

    def pass_preamble(self) -> None:
        """To behind the first delimiter, which tells how lines end."""
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
        """The type alone, in lower case; empty when the part names none."""
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
        """The bytes up to the next delimiter."""
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
        """What makes a delimiter of the bytes before ``position``; None: they are data."""
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
