"""bin/up: from a checkout to a running system with something to look at."""

from __future__ import annotations

import os
from collections.abc import Mapping

from deploy.native import compose, envfile, packages, processes, toolchain
from deploy.native.console import say, step
from deploy.native.layout import ROOT, RUN, Layout
from deploy.native.stack import Stack

_LOGINS = (
    ("admin", "admin123", "관리자", "administrator"),
    ("doctor", "doctor123", "의사", "doctor"),
    ("radiologist", "radiologist123", "영상의학과 의사", "radiologist"),
    ("labtech", "labtech123", "진단검사의학과", "laboratory"),
    ("nurse", "nurse123", "간호사", "nurse"),
    ("patient", "patient123", "환자", "patient"),
    ("external", "external123", "외부 기관", "external institution"),
)


def _with_containers() -> bool:
    return os.environ.get("CDSS_NATIVE") != "1" and compose.is_available()


def up() -> None:
    """Install what is missing, start everything, play the main job once, say where it is."""
    if _with_containers():
        layout = Layout("up")
        port = envfile.public_port(envfile.read(layout.env_file), os.environ)
        _welcome(compose.up(port), logs=compose.LOGS)
        return
    packages.check_system()
    with processes.lock(
        RUN / "up.lock", busy="Another bin/up is at work in this checkout.", wait=False
    ):
        stack = Stack(Layout("up"))
        port = stack.check_port()
        toolchain.install(development=False)
        stack.configure(port)
        stack.start(seed=True)
        with step("sample images"):
            stack.manage("upload_sample_dicoms", show=True)
        with step("follow-up images"):
            stack.manage("upload_follow_ups", show=True)
        with step("main job"):
            stack.manage("run_main_job", "--once", show=True)
        _welcome(stack.settings, logs=f"{(RUN / 'up' / 'log').relative_to(ROOT)}/")


def stop() -> None:
    """End everything that bin/up started."""
    if _with_containers():
        compose.stop()
        return
    with step("stop"):
        Stack(Layout("up")).stop()


def status() -> bool:
    """Print each process; tell whether all is well."""
    return compose.status() if _with_containers() else Stack(Layout("up")).status()


def _welcome(settings: Mapping[str, str], *, logs: str) -> None:
    address = f"{settings['PUBLIC_SCHEME']}://{settings['PUBLIC_HOST']}"
    say("ready · 준비되었습니다")
    print(f"""
  NeuroNova CDSS            {address}/
  API 문서 · API reference   {address}/api/docs/

  로그인 · logins (개발 전용 · development only)""")
    for username, password, korean, english in _LOGINS:
        print(f"    {username:12} {password:15} {korean} · {english}")
    print(f"""
  상태 · status   bin/up --status
  중지 · stop     bin/up --stop
  기록 · logs     {logs}
""")
