"""The index is copied while its owner writes it and lets nobody else read."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.backup import orthanc_data

WRITER = """
import sqlite3, sys, time
index = sqlite3.connect(sys.argv[1], isolation_level=None)
index.execute("PRAGMA journal_mode = WAL")
index.execute("PRAGMA locking_mode = EXCLUSIVE")
index.execute("PRAGMA wal_autocheckpoint = 1000")
index.execute("CREATE TABLE AttachedFiles (uuid TEXT, compressedSize INT, compressedMD5 TEXT)")
index.execute("CREATE TABLE Total (files INT)")
index.execute("INSERT INTO Total VALUES (0)")
print("ready", flush=True)
number = 0
while True:
    index.execute("BEGIN")
    for _ in range(3):
        number += 1
        index.execute("INSERT INTO AttachedFiles VALUES (?, 1, '')", [f"{number:0>900}"])
    index.execute("UPDATE Total SET files = ?", [number])
    index.execute("COMMIT")
    time.sleep(0.001)
"""


@pytest.fixture
def storage(tmp_path):
    """Orthanc's directory with a writer that never rests, in Orthanc's way to lock."""
    command = [sys.executable, "-c", WRITER, str(tmp_path / orthanc_data.INDEX)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "ready\n"
        yield tmp_path
        writer.kill()


def test_each_copy_is_one_state(storage, tmp_path):
    with (
        contextlib.closing(sqlite3.connect(storage / orthanc_data.INDEX)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("SELECT * FROM Total").fetchone()
    totals = []
    for number in range(8):
        copy = tmp_path / f"copy-{number}"
        orthanc_data.index_copy(storage, copy)
        with contextlib.closing(sqlite3.connect(copy)) as index:
            totals.append(index.execute("SELECT files FROM Total").fetchone()[0])
        assert len(list(orthanc_data.attachments(copy))) == totals[-1]
        assert not copy.with_name(f"{copy.name}-wal").exists()
    assert totals == sorted(totals)
    assert totals[-1] > totals[0]


def test_a_log_that_begins_again_during_the_copy_is_noticed(tmp_path, monkeypatch):
    index, log = tmp_path / orthanc_data.INDEX, tmp_path / f"{orthanc_data.INDEX}-wal"
    with contextlib.closing(sqlite3.connect(index)) as connection:
        connection.execute("CREATE TABLE t (x)")
    log.write_bytes(bytes(32))
    salts = iter(range(1, 100))
    copyfile = orthanc_data.shutil.copyfile

    def begins_again(source: Path, target: Path) -> None:
        copyfile(source, target)
        if source == index:
            log.write_bytes(bytes(16) + bytes([next(salts)] * 16))

    monkeypatch.setattr(orthanc_data.shutil, "copyfile", begins_again)
    monkeypatch.setattr(orthanc_data.time, "sleep", lambda _: None)
    with pytest.raises(orthanc_data.StackError, match="without a pause"):
        orthanc_data.index_copy(tmp_path, tmp_path / "copy")


def test_a_missing_and_a_changed_file_are_found(tmp_path):
    index = tmp_path / "copy"
    content = {"aabb1": b"as it was", "ccdd2": b"changed", "eeff3": None}
    with contextlib.closing(sqlite3.connect(index)) as connection:
        connection.execute("CREATE TABLE AttachedFiles (uuid, compressedSize, compressedMD5)")
        for uuid in content:
            md5 = orthanc_data.hashlib.md5(b"as it was").hexdigest()
            connection.execute("INSERT INTO AttachedFiles VALUES (?, 9, ?)", [uuid, md5])
        connection.commit()
    for uuid, bytes_ in content.items():
        if bytes_ is not None:
            path = tmp_path / uuid[:2] / uuid[2:4] / uuid
            path.parent.mkdir(parents=True)
            path.write_bytes(bytes_)
    assert orthanc_data.damaged(tmp_path, index) == ["cc/dd/ccdd2", "ee/ff/eeff3"]
