"""Small files that promise large pictures: refused before anything takes memory for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    HTJ2KLossless,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from pacs.delivery import drawing_process, stored_values
from pacs.delivery.rendering import Rendering
from pacs.htj2k import codec
from pacs.htj2k.codestreams import codestream_header
from pacs.htj2k.decoder import Decoder
from pacs.htj2k.pixel_data import Refused
from pacs.tests.dicom_files import part10
from pacs.tests.drawing_files import as_file, drawn, values
from pacs.tests.htj2k_files import ENCODERS, image, replaced

SMALL = np.zeros((1, 211, 226), np.uint8)
HUGE = 60_000
ALLOWED_KB = 200_000
"""What a child of this kind takes with an image of ordinary size, and something to spare."""


def jpeg8(frame: np.ndarray) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(frame))


def _encode(syntax: str) -> bytes:
    return (ENCODERS | {JPEGBaseline8Bit: jpeg8})[syntax](SMALL[0])


def _huge(codestream: bytes) -> bytes:
    """The same codestream with another size in its header."""
    rows, columns = SMALL.shape[1:]
    found = codestream
    for size in (rows, columns):
        found = found.replace(size.to_bytes(2, "big"), HUGE.to_bytes(2, "big"))
    return found


def _file(codestream: bytes, syntax: str, **attributes: object) -> bytes:
    dataset = image(SMALL, 8)
    dataset.update(attributes)
    dataset.PixelData = encapsulate([codestream])
    dataset["PixelData"].is_undefined_length = True
    return part10(dataset, syntax)


SYNTAXES = [
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEG2000Lossless,
    HTJ2KLossless,
]


@pytest.fixture
def child() -> Iterator[Decoder]:
    with Decoder("pacs.delivery.drawing_process") as decoder:
        yield decoder


def answer(child: Decoder, file: bytes, options: bytes = b"png") -> bytes:
    child.room(len(file))[:] = file
    child.add(len(file))
    try:
        return child.decode(0, options)
    finally:
        child.clear()


def peak_kb(child: Decoder) -> int:
    status = Path(f"/proc/{child._child.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("declared", [{}, {"Rows": HUGE, "Columns": HUGE}])
def test_a_codestream_that_says_it_is_huge(child, syntax, declared):
    codestream = _huge(_encode(syntax))
    header = codestream_header(codestream)
    assert (header.rows, header.columns) == (HUGE, HUGE)
    file = _file(codestream, syntax, **declared)
    assert len(file) < 8000
    for options in (b"png", b""):
        with pytest.raises(Refused, match="TOO_LARGE" if declared else "WRONG_LENGTH"):
            answer(child, file, options)
    with pytest.raises(Refused):
        codec.transcode(file)
    assert answer(child, _file(_encode(syntax), syntax))
    assert peak_kb(child) < ALLOWED_KB


def test_a_codestream_in_boxes_is_no_way_around(child):
    boxed = imagecodecs.jpeg2k_encode(SMALL[0], codecformat="jp2", reversible=True)
    assert codestream_header(boxed) == codestream_header(_encode(JPEG2000Lossless))
    assert answer(child, _file(boxed, JPEG2000Lossless))
    with pytest.raises(Refused, match="WRONG_LENGTH"):
        answer(child, _file(_huge(boxed), JPEG2000Lossless))
    assert peak_kb(child) < ALLOWED_KB


def test_runs_that_unpack_to_more_than_the_frame(child):
    runs = b"\x81\x00" * 2_000_000
    header = (1).to_bytes(4, "little") + (64).to_bytes(4, "little") + bytes(56)
    with pytest.raises(Refused, match="UNREADABLE"):
        answer(child, _file(header + runs, RLELossless))
    assert peak_kb(child) < ALLOWED_KB


def test_a_frame_of_too_many_pixels(monkeypatch):
    file = as_file(values(16, 12, signed=False), 12, RLELossless)
    assert drawn(file).shape == (21, 26)
    monkeypatch.setattr(stored_values, "MAX_PIXELS", 21 * 26 - 1)
    with pytest.raises(Refused, match="TOO_LARGE"):
        drawn(file)


def test_the_child_has_a_limit_of_memory(child):
    answer(child, _file(_encode(JPEGLSLossless), JPEGLSLossless))
    limits = Path(f"/proc/{child._child.pid}/limits").read_text()
    (line,) = [line for line in limits.splitlines() if line.startswith("Max address space")]
    assert line.split()[3] == str(drawing_process.MEMORY_BYTES)


def test_what_is_deflated_to_almost_nothing_is_not_inflated(child):
    zeros = np.zeros((200, 1024, 1024), np.uint16)
    with pytest.raises(Refused, match="TOO_LARGE"):
        answer(child, as_file(zeros, 16, DeflatedExplicitVRLittleEndian))


@pytest.mark.parametrize("keyword", ["Rows", "Columns", "BitsAllocated", "BitsStored"])
def test_a_size_of_another_vr_is_refused(child, keyword):
    """As an archive may have stored it that a modality sent it to."""
    whole = replaced()
    tag = {
        "Rows": b"\x10\0",
        "Columns": b"\x11\0",
        "BitsAllocated": b"\0\x01",
        "BitsStored": b"\x01\x01",
    }
    at = whole.index(b"\x28\0" + tag[keyword] + b"US\x02\0") + 4
    for vr in (b"SS", b"IS", b"CS"):
        with pytest.raises(Refused, match="UNREADABLE"):
            answer(child, whole[:at] + vr + whole[at + 2 :])


def test_a_crash_of_the_child_is_a_refusal_and_the_next_picture_is_drawn(child):
    file = _file(_encode(JPEGLSLossless), JPEGLSLossless)
    first = answer(child, file)
    child._child.kill()
    child._child.wait()
    assert answer(child, file) == first
    assert answer(child, file, Rendering("image/png").text().encode()) == first
