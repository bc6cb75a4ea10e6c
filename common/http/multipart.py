"""A multipart/form-data body that is streamed from disk.

requests would build the body in memory.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

CHUNK_BYTES = 1 << 20


class MultipartFiles:
    """Pass it to requests as ``data``, and ``content_type`` as the Content-Type header.

    ``files``: pairs of file name and path, all sent as the form field ``field``.
    """

    def __init__(
        self,
        field: str,
        files: Sequence[tuple[str, Path]],
        values: Mapping[str, str] | None = None,
    ) -> None:
        boundary = uuid.uuid4().hex
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._parts: list[bytes | Path] = []
        for name, value in (values or {}).items():
            self._parts.append(_head(boundary, f'name="{name}"') + value.encode() + b"\r\n")
        for name, path in files:
            safe = name.replace("\\", "/").replace('"', "%22")
            self._parts += [_head(boundary, f'name="{field}"; filename="{safe}"'), path, b"\r\n"]
        self._parts.append(f"--{boundary}--\r\n".encode())

    def __len__(self) -> int:
        return sum(p.stat().st_size if isinstance(p, Path) else len(p) for p in self._parts)

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            if isinstance(part, bytes):
                yield part
                continue
            with part.open("rb") as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    yield chunk


def _head(boundary: str, disposition: str) -> bytes:
    return f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode()
