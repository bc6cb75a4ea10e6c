"""The FHIR server's store while nobody, or a server that does not listen yet, has it open."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

import pytest

from deploy.backup import hapi_data
from deploy.backup.place import Place
from deploy.native.layout import ROOT
from deploy.native.stack_error import StackError

NOBODY = "http://127.0.0.1:9"
JAR = ROOT / "hapi" / "target" / "hapi-r4-jpa.jar"


@pytest.fixture
def place(tmp_path) -> Place:
    (tmp_path / "hapi").mkdir()
    place = Place(tmp_path, "", "", NOBODY, "token", {})
    with opened(place):
        pass
    return place


@contextmanager
def opened(place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """The real database engine has the store open, as in a server that starts."""
    store = place.data / "hapi" / hapi_data.FILE
    url = f"jdbc:h2:file:{store.with_name('fhir')}"
    options = ("-url", url, "-user", "sa", "-password", "")
    command = ["java", "-Xmx64m", "-cp", str(JAR), "org.h2.tools.Shell", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as shell:
        assert shell.stdout and shell.stdin
        while b"sql>" not in os.read(shell.stdout.fileno(), 4096):
            assert shell.poll() is None
        yield shell
        shell.stdin.close()


def test_a_store_at_rest_is_copied_as_it_lies(place, tmp_path):
    hapi_data.copy(place, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == (place.data / "hapi" / hapi_data.FILE).read_bytes()


def test_an_open_store_is_waited_for(place, tmp_path):
    with opened(place) as shell:
        Timer(2, shell.stdin.close).start()
        begun = time.monotonic()
        hapi_data.copy(place, tmp_path / "copy")
    assert time.monotonic() - begun > 1.5
    assert (tmp_path / "copy").exists()


def test_an_open_store_is_not_copied_behind_its_servers_back(place, tmp_path, monkeypatch):
    monkeypatch.setattr(hapi_data, "STARTING_S", 1)
    with opened(place), pytest.raises(StackError, match="has its store open"):
        hapi_data.copy(place, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
