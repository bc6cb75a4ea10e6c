"""What we send as multipart is what Django receives, on disk and then gone."""

from __future__ import annotations

import os
import time
from io import BytesIO
from pathlib import Path

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory
from rest_framework.exceptions import ParseError

from common.api.uploads import FolderMultiPartParser, spooled_uploads
from common.http.multipart import MultipartFiles


def request_with(body, content_type):
    environ = RequestFactory()._base_environ(
        REQUEST_METHOD="POST", CONTENT_TYPE=content_type, CONTENT_LENGTH=str(len(body))
    )
    return WSGIRequest({**environ, "wsgi.input": BytesIO(body)})


def parse(request):
    return FolderMultiPartParser().parse(
        request, request.META["CONTENT_TYPE"], {"request": request, "encoding": "utf-8"}
    )


def test_what_is_sent_is_received(tmp_path, settings):
    contents = {
        "folder/한글 name.dcm": os.urandom(3_000_000),
        'a "quoted" name': b"",
        "windows\\path\\IM1": b"\r\n--",
    }
    files = []
    for number, (name, content) in enumerate(contents.items()):
        path = tmp_path / str(number)
        path.write_bytes(content)
        files.append((name, path))
    body = MultipartFiles("files", files, {"patient_id": "P-1"})
    sent = b"".join(body)
    assert len(sent) == len(body)
    request = request_with(sent, body.content_type)
    with spooled_uploads(request) as folder:
        received = parse(request)
        names = [f.client_name for f in received.files.getlist("files")]
        assert names == ["folder/한글 name.dcm", "a %22quoted%22 name", "windows/path/IM1"]
        for file, content in zip(received.files.getlist("files"), contents.values(), strict=True):
            assert file.path.parent == folder
            assert b"".join(file.chunks()) == content
            assert b"".join(file.chunks(1000)) == content
            assert (file.size, file.too_large) == (len(content), False)
        assert received.data["patient_id"] == "P-1"
    assert not folder.exists()


@pytest.mark.parametrize(
    ("size", "too_large"), [(100_000, False), (100_001, True), (500_000, True)]
)
def test_a_file_past_the_limit_keeps_nothing(settings, size, too_large):
    settings.UPLOAD_MAX_FILE_BYTES = 100_000
    head = b'--B\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
    body = head + b"x" * size + b"\r\n--B--\r\n"
    request = request_with(body, "multipart/form-data; boundary=B")
    with spooled_uploads(request):
        (file,) = parse(request).files.getlist("files")
        assert (file.too_large, file.size) == (too_large, size)
        assert file.path.stat().st_size == (0 if too_large else size)


def test_a_form_that_cannot_be_read(settings):
    request = request_with(b"--C\r\n", "multipart/form-data")
    with spooled_uploads(request), pytest.raises(ParseError):
        parse(request)
    assert list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == []


def test_what_a_killed_process_left_is_removed_after_a_day(settings):
    left, recent, foreign = (
        Path(settings.FILE_UPLOAD_TEMP_DIR) / name for name in ("upload-1", "upload-2", "other")
    )
    for folder in (left, recent, foreign):
        folder.mkdir()
        (folder / "file").write_bytes(b"x")
    yesterday = time.time() - 25 * 3600
    for folder in (left, foreign):
        os.utime(folder, (yesterday, yesterday))
    try:
        with spooled_uploads(RequestFactory().post("/")):
            assert not left.exists()
            assert recent.exists()
            assert foreign.exists()
    finally:
        for folder in (recent, foreign):
            (folder / "file").unlink()
            folder.rmdir()
