"""What can go wrong before the start: one sentence each, and the command names the way out."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.native import packages, processes, stack, toolchain
from deploy.native.layout import ROOT, Layout
from deploy.native.stack_error import StackError


def test_a_taken_public_port_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setenv("CDSS_PORT", str(port))
        with pytest.raises(StackError, match=f"Port {port} is used by another program"):
            stack.Stack(Layout("up", tmp_path)).check_port()


def test_a_free_public_port_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
    monkeypatch.setenv("CDSS_PORT", str(port))
    assert stack.Stack(Layout("up", tmp_path)).check_port() == port


def test_the_command_ends_with_one_sentence_and_1(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.native", "up"],
        env={"PATH": os.environ["PATH"], "CDSS_PORT": "no port", "CDSS_NATIVE": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("CDSS_PORT must be")


def test_a_full_disk_is_said_before_anything_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 3_900_000_000})())
    with pytest.raises(StackError, match=r"The disk is full: .* 3\.9 GB free .* needs 4\.0 GB"):
        toolchain.check_disk(tmp_path, installed=False)
    toolchain.check_disk(tmp_path, installed=True)


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("echo 'OSError: [Errno 28] No space left on device'; exit 1", "The disk is full"),
        ("echo 'E: Could not resolve host: mirror' >&2; exit 100", "No network"),
        ("echo 'npm error code EAI_AGAIN'; exit 1", "No network"),
        ("echo 'Max retries exceeded with url: /simple'; exit 1", "No network"),
        ("echo anything else; exit 1", "pip failed; the reason is at the end of"),
    ],
)
def test_a_failing_program_gives_its_likely_reason(
    tmp_path: Path, script: str, sentence: str
) -> None:
    log = tmp_path / "pip.log"
    log.write_text("no space left on device, in an earlier run\n")
    with pytest.raises(StackError, match=sentence):
        processes.run_logged(["bash", "-c", script], log=log, what="pip")


def test_without_root_and_sudo_there_is_no_right_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(StackError, match="No right to install nothing-such"):
        packages.install((packages.Package("nothing-such", "nothing-such"),), tmp_path / "log")


def test_what_is_there_is_not_installed(tmp_path: Path) -> None:
    packages.install((packages.Package("bash", "bash"),), tmp_path / "log")
    assert not (tmp_path / "log").exists()


def test_an_interrupted_build_is_repeated_and_a_finished_one_is_not(tmp_path: Path) -> None:
    source = tmp_path / "requirements.txt"
    source.write_text("a==1\n")
    stamp = toolchain.Stamp(tmp_path / "stamp", [source])
    assert not stamp.is_current()
    stamp.set()
    assert toolchain.Stamp(tmp_path / "stamp", [source]).is_current()
    source.write_text("a==2\n")
    assert not toolchain.Stamp(tmp_path / "stamp", [source]).is_current()


def test_a_held_lock_is_said(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with (
        processes.lock(path, busy="busy", wait=False),
        pytest.raises(StackError, match="busy"),
        processes.lock(path, busy="busy", wait=False),
    ):
        pass
    with processes.lock(path, busy="busy", wait=False):
        pass
