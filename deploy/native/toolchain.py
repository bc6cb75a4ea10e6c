"""What is built in the checkout: two virtual environments, the FHIR server, two frontends and a
library; for the thorough tests PyTorch in a third one."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.native import packages, processes
from deploy.native.console import step
from deploy.native.layout import ROOT, RUN
from deploy.native.stack_error import StackError

_LOG = RUN / "log"
_FREE_TO_INSTALL = 4.0
_FREE_TO_RUN = 0.5
_FREE_FOR_TORCH = 12.0
_FIRST_START = {
    "HAPI_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:ArchiveClassesAtExit=hapi/target/classes.jsa",
    "HAPI_JDBC_URL": "jdbc:h2:mem:first",
    "HAPI_PORT": "0",
    "HAPI_TOKEN": "for the first start only, which no client ever reaches",
}
"""Writes the archive of loaded classes, with which every later start takes half the time."""


def digest(files: Iterable[Path]) -> str:
    """Return a hash of the files' names and contents, in a fixed order."""
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(path.name.encode() + b"\0")
        total.update(path.read_bytes() if path.exists() else b"absent")
    return total.hexdigest()


class Stamp:
    """Stores what something was built from, so that a second build takes no time."""

    def __init__(self, path: Path, sources: Iterable[Path]) -> None:
        self._path = path
        self._digest = digest(sources)

    def is_current(self) -> bool:
        return self._path.exists() and self._path.read_text(encoding="utf-8") == self._digest

    def set(self) -> None:
        self._path.write_text(self._digest, encoding="utf-8")

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)


def check_disk(path: Path, *, installed: bool, needed: float = _FREE_TO_INSTALL) -> None:
    """Raise StackError if the disk has too little room (GB) for what comes next."""
    needed = _FREE_TO_RUN if installed else needed
    free = shutil.disk_usage(path).free / 1e9
    if free < needed:
        raise StackError(
            f"The disk is full: {path} has {free:.1f} GB free and NeuroNova needs {needed:.1f} GB."
        )


class Venv:
    """A virtual environment and the requirements it is made from."""

    def __init__(self, path: Path, requirements: Sequence[Path], development: Path) -> None:
        self.path = path
        self.python = path / "bin" / "python"
        self._requirements = requirements
        self._development = development
        self._base = Stamp(path / ".base.stamp", requirements)
        self._all = Stamp(path / ".development.stamp", [*requirements, development])

    def is_current(self, *, development: bool) -> bool:
        stamp = self._all if development else self._base
        return stamp.is_current() and self.python.exists()

    def build(self, *, development: bool) -> None:
        """Create or update it; the stamp is set last, so that an interrupted build is repeated."""
        if self.is_current(development=development):
            return
        log = _LOG / f"pip{self.path.name}.log"
        with step(f"Python packages in {self.path.name}"):
            if not self._works():
                processes.run_logged(
                    ["/usr/bin/python3", "-m", "venv", "--clear", self.path], log=log, what="venv"
                )
            self._base.clear()
            self._all.clear()
            wanted = [*self._requirements, *([self._development] if development else [])]
            options = ["--quiet", "--no-input", "--disable-pip-version-check", "--retries=5"]
            files = [part for path in wanted for part in ("-r", path)]
            processes.run_logged(
                [self.python, "-m", "pip", "install", *options, *files], log=log, what="pip"
            )
            self._base.set()
            if development:
                self._all.set()

    def _works(self) -> bool:
        if not self.python.exists():
            return False
        probe = [str(self.python), "-m", "pip", "--version"]
        return subprocess.run(probe, check=False, capture_output=True).returncode == 0


DJANGO = Venv(
    ROOT / ".venv",
    [ROOT / "requirements.txt", ROOT / "requirements-build.txt"],
    ROOT / "requirements-dev.txt",
)
INFERENCE = Venv(
    ROOT / ".venv-inference",
    [ROOT / "inference" / "requirements.txt"],
    ROOT / "inference" / "requirements-dev.txt",
)


TORCH = Venv(
    ROOT / ".venv-torch",
    [ROOT / "inference" / "requirements.txt", ROOT / "inference" / "requirements-torch.txt"],
    ROOT / "inference" / "requirements-dev.txt",
)
"""Of the tests alone: the inference service runs without PyTorch unless an operator installs it."""


def install_torch() -> None:
    """Install PyTorch and MONAI beside what the service has (docs/adr/0034-pytorch.md)."""
    with processes.lock(
        RUN / "torch.lock", busy="waiting for another installation of PyTorch", wait=True
    ):
        installed = TORCH.is_current(development=True)
        check_disk(ROOT, installed=installed, needed=_FREE_FOR_TORCH)
        TORCH.build(development=True)


def _hapi_stamp() -> Stamp:
    hapi = ROOT / "hapi"
    sources = [hapi / "pom.xml", *(path for path in (hapi / "src").rglob("*") if path.is_file())]
    return Stamp(hapi / "target" / ".stamp", sources)


def build_hapi() -> None:
    """Build the FHIR server with Maven, once per version of its sources."""
    stamp = _hapi_stamp()
    if stamp.is_current():
        return
    with step("FHIR server (Maven)"):
        stamp.clear()
        log = _LOG / "maven.log"
        processes.run_logged(
            ["mvn", "-q", "-B", "package"], log=log, what="Maven", cwd=ROOT / "hapi"
        )
        processes.run_logged(
            [ROOT / "deploy" / "run.sh", "hapi", "--stop-when-ready"],
            log=log,
            what="The FHIR server's first start",
            cwd=ROOT,
            env=os.environ | _FIRST_START,
        )
        stamp.set()


_LOOPBACK_SOURCE = ROOT / "deploy" / "native" / "loopback.c"
_LOOPBACK_STAMP = Stamp(RUN / "lib" / ".stamp", [_LOOPBACK_SOURCE])


def build_loopback() -> None:
    """Build what keeps Orthanc's ports on the loopback."""
    if not _LOOPBACK_STAMP.is_current():
        library = RUN / "lib" / "loopback.so"
        library.parent.mkdir(parents=True, exist_ok=True)
        command = ["cc", "-O2", "-Wall", "-shared", "-fPIC", "-o", str(library)]
        sources = [str(_LOOPBACK_SOURCE), "-ldl"]
        processes.run_logged([*command, *sources], log=_LOG / "cc.log", what="cc")
        _LOOPBACK_STAMP.set()


def _frontends(development: bool) -> list[Path | str]:
    script = ROOT / "deploy" / "build_frontends.sh"
    return [script, "--development"] if development else [script]


def frontends_are_built(*, development: bool) -> bool:
    done = subprocess.run(
        [*_frontends(development), "--check"], check=False, stderr=subprocess.DEVNULL
    )
    return done.returncode == 0


def build_frontends(*, development: bool) -> None:
    """Build the web application and the viewer, each once per version of its sources."""
    if not frontends_are_built(development=development):
        with step("web application and viewer (npm)"):
            processes.run_logged(_frontends(development), log=_LOG / "npm.log", what="npm")


def is_installed(*, development: bool) -> bool:
    """Tell whether nothing at all is left to install or build."""
    wanted = packages.RUNTIME + (packages.DEVELOPMENT if development else ())
    venvs = (DJANGO, INFERENCE)
    return (
        not packages.missing(wanted)
        and all(venv.is_current(development=development) for venv in venvs)
        and _hapi_stamp().is_current()
        and _LOOPBACK_STAMP.is_current()
        and frontends_are_built(development=development)
    )


def _build_django_and_frontends(*, development: bool) -> None:
    """One after the other: Node comes with the Python packages."""
    DJANGO.build(development=development)
    build_frontends(development=development)


def install(*, development: bool) -> None:
    """Install and build everything that is missing; instant when nothing is."""
    packages.check_system()
    with processes.lock(
        RUN / "install.lock", busy="waiting for another installation in this checkout", wait=True
    ):
        check_disk(ROOT, installed=is_installed(development=development))
        wanted = packages.RUNTIME + (packages.DEVELOPMENT if development else ())
        packages.install(wanted, _LOG / "apt.log")
        with ThreadPoolExecutor(3) as pool:
            builds = [
                pool.submit(_build_django_and_frontends, development=development),
                pool.submit(INFERENCE.build, development=development),
                pool.submit(build_hapi),
                pool.submit(build_loopback),
            ]
        for build in builds:
            build.result()
