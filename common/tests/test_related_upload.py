"""multipart/related: what is one, what is none, and that nothing else ever comes of it."""

from __future__ import annotations

import random
import tracemalloc
from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import UnreadablePostError
from django.test import RequestFactory

from common.api.related_upload import boundary_of, receive_parts
from common.api.uploads import spooled_uploads
from common.errors import InvalidInput
from common.http.related_parser import MAX_HEADER_BYTES, parse_related

DICOM = "application/dicom"


class Trickle(BytesIO):
    """Gives what a slow client sends: a few bytes at a time."""

    def read(self, size=-1):
        return super().read(min(size, 7))


def read(body, boundary="B", source=BytesIO):
    return [
        (part.content_type, b"".join(part.chunks()))
        for part in parse_related(source(body), boundary)
    ]


HEAD = b"Content-Type: application/dicom\r\n\r\n"
GOOD = [
    (b"--B\r\n" + HEAD + b"one\r\n--B\r\n\r\ntwo\r\n--B--\r\n", [(DICOM, b"one"), ("", b"two")]),
    (b"--B--", []),
    (b"preamble\r\n--B\r\n\r\none\r\n--B--epilogue", [("", b"one")]),
    (b"\r\n\r\n--B\r\n\r\none\r\n--B--", [("", b"one")]),
    (b"no --B\r\n --B\r\n--B \t\r\n\r\none\r\n--B--", [("", b"one")]),
    (b"--B\nX: y\n\none\n\n--B\n\n\r\n--B--\n", [("", b"one\n"), ("", b"\r")]),
    (b"--B\r\n\r\none\n--B\n\r\n--B--", [("", b"one\n--B\n")]),
    (b"--B\r\n\r\n\r\n--Before\r\n--B--", [("", b"\r\n--Before")]),
    (b"--B\r\n\r\n\r\n--B--", [("", b"")]),
    (b"--B\r\n\r\n--B--", [("", b"")]),
    (b"--B\r\n" + HEAD + b"--B\r\n\r\n--B--", [(DICOM, b""), ("", b"")]),
    (b"--B\r\n\r\n\r\n\r\n-\r\n--\r\n--B--", [("", b"\r\n\r\n-\r\n--")]),
    (b"--B\r\ncontent-TYPE:APPLICATION/Dicom; a=b\r\nX: y\r\n\r\none\r\n--B--", [(DICOM, b"one")]),
    (b"--B\r\nX: y\r\nContent-Type:\r\n application/dicom\r\n\r\none\r\n--B--", [(DICOM, b"one")]),
    (b"--B\r\nno header at all\r\n\r\none\r\n--B--", [("", b"one")]),
]  # fmt: skip
BAD = [
    b"",
    b"garbage",
    b"--C\r\n\r\none\r\n--C--",
    b"--B",
    b"--B\r\n",
    b"--B\r\n" + HEAD,
    b"--B\r\n" + HEAD + b"one",
    b"--B\r\n" + HEAD + b"one\r\n--B",
    b"--B\r\n" + HEAD + b"one\r\n--B\r\n",
    b"--B\r\nContent-Type: application/dicom\r\n--B--",
    b"--B\r\nX: " + b"y" * MAX_HEADER_BYTES + b"\r\n\r\none\r\n--B--",
    b"x" * 5_000 + b"\r\n--B\r\n\r\none\r\n--B--",
]


@pytest.mark.parametrize("source", [BytesIO, Trickle])
@pytest.mark.parametrize(("body", "expected"), GOOD)
def test_bodies_that_are_read(body, expected, source):
    assert read(body, source=source) == expected


@pytest.mark.parametrize("source", [BytesIO, Trickle])
@pytest.mark.parametrize("body", BAD)
def test_bodies_that_are_none(body, source):
    with pytest.raises(InvalidInput, match="ERR_102"):
        read(body, source=source)


@pytest.mark.parametrize("boundary", ["", " ", "B ", "é", "B\r\n", "x" * 201])
def test_boundaries_that_are_none(boundary):
    with pytest.raises(InvalidInput, match="ERR_102"):
        read(b"--B\r\n\r\none\r\n--B--", boundary)


def test_a_part_that_is_not_read_is_passed_over():
    body = b"--B\r\n\r\none\r\n--B\r\n\r\ntwo\r\n--B--"
    assert len(list(parse_related(BytesIO(body), "B"))) == 2


@pytest.mark.parametrize("around", [0, 1, 2, 3, 4, 5])
def test_a_delimiter_across_two_chunks_is_found(around):
    data = bytes((256 << 10) - len(HEAD) - 7 - around)
    body = b"--B\r\n" + HEAD + data + b"\r\n--B\r\n" + HEAD + b"two\r\n--B--"
    assert read(body) == [(DICOM, data), (DICOM, b"two")]


def test_mutations_end_in_parts_or_in_one_error():
    chance = random.Random(20261121)
    seeds = [body for body, _ in GOOD] + BAD[3:10]
    for _ in range(20_000):
        body = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 4)):
            at = chance.randint(0, len(body))
            piece = chance.choice([b"\r\n", b"\n", b"--", b"--B", b":", b"\r\n\r\n", b"\0", b""])
            body[at : at + chance.randint(0, 6)] = piece
        try:
            found = read(bytes(body))
        except InvalidInput as error:
            assert error.status == 400
        else:
            assert sum(len(data) for _, data in found) <= len(body)
            assert found == read(bytes(body), source=Trickle)


def request_with(body=b"", **environ):
    base = RequestFactory()._base_environ(REQUEST_METHOD="POST", CONTENT_LENGTH=str(len(body)))
    return WSGIRequest({**base, "wsgi.input": BytesIO(body), **environ})


def boundary_from(content_type, **headers):
    return boundary_of(request_with(CONTENT_TYPE=content_type, **headers), DICOM)


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ('multipart/related; type="application/dicom"; boundary=B', "B"),
        ('Multipart/Related;TYPE=application/DICOM;Boundary="a b:c"', "a b:c"),
        ("multipart/related; boundary=B", "B"),
    ],
)
def test_content_types_that_are_taken(content_type, boundary):
    assert boundary_from(content_type) == boundary


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("", 415),
        ("application/dicom", 415),
        ("multipart/form-data; boundary=B", 415),
        ('multipart/related; type="application/dicom+json"; boundary=B', 415),
        ('multipart/related; type="application/dicom+xml"; boundary=B', 415),
        ('multipart/related; type="application/dicom"', 400),
        ('multipart/related; type="application/dicom"; boundary=""', 400),
        ("multipart/related; boundary*=utf-8'en'", 400),
    ],
)
def test_content_types_that_are_refused(content_type, status):
    with pytest.raises(InvalidInput) as refused:
        boundary_from(content_type)
    assert refused.value.status == status


def test_a_packed_body_is_refused():
    with pytest.raises(InvalidInput, match="ERR_103"):
        boundary_from("multipart/related; boundary=B", HTTP_CONTENT_ENCODING="gzip")


def test_a_mutated_content_type_ends_in_a_boundary_or_in_one_error():
    chance = random.Random(20261122)
    pieces = ['"', ";", "=", "*", "'", "\\", "%", ",", " ", "\t", "é", "boundary", "type*0*", ""]
    for _ in range(5_000):
        text = list('multipart/related; type="application/dicom"; boundary=B')
        for _ in range(chance.randint(1, 5)):
            at = chance.randint(0, len(text))
            text[at : at + chance.randint(0, 3)] = chance.choice(pieces)
        try:
            assert boundary_from("".join(text))
        except InvalidInput as error:
            assert error.status in (400, 415)


def spool(request):
    with spooled_uploads(request):
        files = receive_parts(request, request.upload_handlers[0], "B")
        return [(f.client_name, f.content_type, b"".join(f.chunks()), f.too_large) for f in files]


BODY = b"--B\r\n" + HEAD + b"one\r\n--B\r\n\r\nanother\r\n--B--\r\n"


@pytest.mark.parametrize(
    "environ",
    [{}, {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}],
    ids=["length", "chunked"],
)
def test_parts_are_files_and_large_ones_are_reported(settings, environ):
    settings.UPLOAD_MAX_FILE_BYTES = 3
    assert spool(request_with(BODY, **environ)) == [
        ("1", DICOM, b"one", False),
        ("2", "", b"", True),
    ]


def test_too_many_parts(settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 1
    with pytest.raises(InvalidInput, match="ERR_104"):
        spool(request_with(BODY))


def test_a_client_that_goes_away():
    class Gone(BytesIO):
        def read(self, size=-1):
            raise ConnectionResetError

    request = request_with(BODY, **{"wsgi.input": Gone(), "wsgi.input_terminated": True})
    with pytest.raises(UnreadablePostError):
        spool(request)


class Many(BytesIO):
    """A body of ``parts`` parts of ``size`` zeros each, made while it is read."""

    def __init__(self, parts, size):
        super().__init__()
        self._left = [piece for _ in range(parts) for piece in (b"--B\r\n\r\n", size, b"\r\n")]
        self._left = [b"--B--", *reversed(self._left)]

    def read(self, size=-1):
        out = b""
        while self._left and len(out) < size:
            piece = self._left.pop()
            taken = size - len(out)
            if isinstance(piece, int):
                out += bytes(min(piece, taken))
                rest = max(piece - taken, 0)
            else:
                out += piece[:taken]
                rest = piece[taken:]
            if rest:
                self._left.append(rest)
        return out


@pytest.mark.parametrize(("parts", "size"), [(1, 400 << 20), (2000, 1000)])
def test_memory_is_flat(parts, size):
    tracemalloc.start()
    found = [
        sum(len(chunk) for chunk in part.chunks()) for part in parse_related(Many(parts, size), "B")
    ]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [size] * parts
    assert peak < 4 << 20
