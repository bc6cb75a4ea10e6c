"""Receive large multipart uploads: files go to disk, have a maximum size, and are temporary."""

from __future__ import annotations

import html
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import (
    MultiPartParser as DjangoMultiPartParser,
    MultiPartParserError,
)
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, MultiPartParser

PREFIX = "upload-"
ABANDONED_AFTER_S = 24 * 3600
MAX_NAME_LENGTH = 500
CHUNK_BYTES = 1 << 20


class ReceivedFile(UploadedFile):  # type: ignore[type-arg]
    """An uploaded file on disk. It is closed: thousands of them need no file descriptors.

    ``client_name``: the name that the client sent, with its folders; for responses, never used as
    a path. ``size``: the number of bytes sent. A file that is ``too_large`` is empty on disk.
    """

    def __init__(
        self, path: Path, client_name: str, size: int, content_type: str | None, *, too_large: bool
    ) -> None:
        super().__init__(None, client_name, content_type, size)
        self.path = path
        self.client_name = client_name
        self.too_large = too_large

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        with self.path.open("rb") as stream:
            while chunk := stream.read(chunk_size or CHUNK_BYTES):
                yield chunk

    def seek(self, offset: int, whence: int = 0) -> int:
        """No effect: the file is not open, and ``chunks()`` always starts at the beginning."""
        return 0


class SpoolHandler(FileUploadHandler):
    """Writes each file to ``folder``; a file larger than ``max_bytes`` is only counted."""

    file: IO[bytes]

    def __init__(self, folder: Path, max_bytes: int) -> None:
        super().__init__()
        self._folder = folder
        self._max_bytes = max_bytes
        self._number = 0
        self._received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._number += 1
        self._received = 0
        self.file = self._path.open("wb")

    @property
    def _path(self) -> Path:
        return self._folder / f"{self._number:06d}"

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        fits = self._received <= self._max_bytes
        self._received += len(raw_data)
        if self._received <= self._max_bytes:
            self.file.write(raw_data)
        elif fits:
            self.file.truncate(0)

    def file_complete(self, file_size: int) -> ReceivedFile:
        self.file.close()
        return ReceivedFile(
            self._path,
            str(self.file_name),
            file_size,
            self.content_type,
            too_large=self._received > self._max_bytes,
        )


class _NameKeepingParser(DjangoMultiPartParser):
    def sanitize_file_name(self, file_name: str) -> str:
        """Keep the folders: they identify the files of a folder in the response."""
        name = html.unescape(file_name).replace("\\", "/")
        return "".join(c for c in name if c.isprintable())[-MAX_NAME_LENGTH:]


class FolderMultiPartParser(MultiPartParser):
    """DRF's multipart parser; file names keep their folders."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Any = None
    ) -> DataAndFiles[Any, Any]:
        request = parser_context["request"]
        meta = {**request.META, "CONTENT_TYPE": media_type}
        try:
            data, files = _NameKeepingParser(
                meta, stream, request.upload_handlers, parser_context.get("encoding")
            ).parse()
        except MultiPartParserError as error:
            raise ParseError(str(error)) from None
        return DataAndFiles(data, files)


@contextmanager
def spooled_uploads(request: HttpRequest) -> Iterator[Path]:
    """A temporary folder for the files of ``request``; deleted at the end of the block."""
    _sweep()
    with TemporaryDirectory(prefix=PREFIX, dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        handler = SpoolHandler(Path(folder), settings.UPLOAD_MAX_FILE_BYTES)
        request.upload_handlers = [handler]
        yield Path(folder)


def _sweep() -> None:
    """Delete the folders that killed processes left."""
    oldest = time.time() - ABANDONED_AFTER_S
    for folder in Path(settings.FILE_UPLOAD_TEMP_DIR).glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError):
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)
