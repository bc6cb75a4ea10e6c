"""The child that converts: what it is asked, how it may die, and that nobody else notices."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.uid import HTJ2KLossless

from pacs.choices import Htj2kRefusal
from pacs.htj2k import codec, decoder
from pacs.htj2k.pixel_data import Refused
from pacs.tests.htj2k_files import GREY, RNG, encapsulated, native, noise, replaced

BAD = replaced(PixelData=GREY.tobytes()[:-2])


def added(guarded, *files):
    for file in files:
        guarded.room(len(file))[:] = file
        guarded.add(len(file))


def transcoded(guarded, *files):
    """Raises Refused for the last one."""
    added(guarded, *files)
    answers = list(guarded.transcode())
    guarded.clear()
    assert len(answers) == len(files)
    if isinstance(answers[-1], Refused):
        raise answers[-1]
    return answers[-1] if len(files) == 1 else answers


@pytest.fixture
def guarded() -> Iterator[decoder.Decoder]:
    with decoder.Decoder() as guarding:
        yield guarding


def test_the_child_does_the_same(guarded):
    frames = noise((3, 40, 50), 12, signed=False)
    file = native(frames, 12)
    assert transcoded(guarded, file) == codec.transcode(file)
    added(guarded, file)
    for index in (2, 0):
        assert guarded.decode(index) == frames[index].tobytes()
    with pytest.raises(Refused, match="WRONG_LENGTH"):
        guarded.decode(3)
    guarded.clear()
    with pytest.raises(Refused, match="WRONG_LENGTH"):
        transcoded(guarded, BAD)
    assert transcoded(guarded, file) == codec.transcode(file)


def test_a_dead_child_is_replaced(guarded):
    file = native(GREY, 16)
    first = transcoded(guarded, file)
    os.kill(guarded._child.pid, signal.SIGSEGV)
    guarded._child.wait()
    assert transcoded(guarded, file) == first, "the file is not to blame"
    guarded._line.close()
    assert transcoded(guarded, file) == first


def test_a_child_that_dies_of_a_file_refuses_it(guarded, monkeypatch):
    file = native(GREY, 16)
    first = transcoded(guarded, file)

    def dying(line):
        guarded._child.kill()
        guarded._child.wait()
        raise EOFError

    monkeypatch.setattr(decoder, "receive", dying)
    with pytest.raises(Refused, match="DECODER_CRASHED"):
        transcoded(guarded, file)
    monkeypatch.undo()
    assert transcoded(guarded, file) == first


def test_a_child_that_hangs_is_replaced(guarded, monkeypatch):
    file = native(GREY, 16)
    transcoded(guarded, file)
    monkeypatch.setattr(decoder, "TIMEOUT_S", 0.2)
    os.kill(guarded._child.pid, signal.SIGSTOP)
    with pytest.raises(Refused, match="DECODER_CRASHED"):
        transcoded(guarded, file)
    monkeypatch.undo()
    assert len(transcoded(guarded, file)) == 2


def test_the_child_gets_no_secret(guarded):
    transcoded(guarded, native(GREY, 16))
    environ = Path(f"/proc/{guarded._child.pid}/environ").read_bytes()
    names = {entry.split(b"=")[0] for entry in environ.split(b"\0") if entry}
    assert names <= {b"OMP_NUM_THREADS", b"OPENBLAS_NUM_THREADS", b"LC_CTYPE"}


def test_one_bad_file_among_many_is_refused_alone(guarded, monkeypatch):
    good = [native(noise((1, rows, 300), 12, signed=False), 12) for rows in range(1, 40)]
    large = native(noise((9, 1024, 1024), 16, signed=False), 16)
    files = [*good, BAD, large, b"", *good[::-1], good[0]]
    expected = [None if file in (BAD, b"") else codec.transcode(file) for file in files]
    for _ in range(2):
        found = transcoded(guarded, *files)
        reasons = [one.reason for one in found if isinstance(one, Refused)]
        assert [None if isinstance(one, Refused) else one for one in found] == expected
        assert reasons == ["WRONG_LENGTH", "UNREADABLE"]
    assert os.fstat(guarded._memory).st_size <= decoder.KEPT_BYTES


def test_the_file_that_a_child_dies_of_is_known_and_the_others_go_on(guarded, monkeypatch):
    files = [native(noise((1, 64, 64), 12, signed=False), 12) for _ in range(9)]
    hear, heard = decoder.receive, []

    def dying(line):
        heard.append(line)
        if len(heard) == 4:
            guarded._child.kill()
            guarded._child.wait()
            raise EOFError
        return hear(line)

    monkeypatch.setattr(decoder, "receive", dying)
    found = transcoded(guarded, *files)
    assert found.pop(3).reason == "DECODER_CRASHED"
    del files[3]
    assert found == [codec.transcode(file) for file in files]


def test_what_nobody_waited_for_answers_nobody_else(guarded):
    files = [native(noise((1, 64, 64), 12, signed=False), 12) for _ in range(9)]
    added(guarded, *files)
    answers = guarded.transcode()
    assert next(answers) == codec.transcode(files[0])
    answers.close()
    guarded.clear()
    assert transcoded(guarded, files[5]) == codec.transcode(files[5])


def test_any_garbage_is_refused_and_nothing_else(guarded, monkeypatch):
    monkeypatch.setattr(decoder, "TIMEOUT_S", 5)
    whole = encapsulated(GREY, 16, HTJ2KLossless)
    reasons = set()
    for _ in range(150):
        broken = bytearray(whole)
        for at in RNG.integers(132, len(whole), 12):
            broken[at] = RNG.integers(256)
        try:
            transcoded(guarded, bytes(broken))
        except Refused as refused:
            reasons.add(refused.reason)
    assert {"UNREADABLE", "WRONG_LENGTH"} <= reasons <= set(Htj2kRefusal.values)
