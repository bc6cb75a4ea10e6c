"""The Debian packages of the native stack: only what is missing gets installed."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from deploy.native import processes
from deploy.native.console import say, step
from deploy.native.stack_error import StackError

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_MINIMUM_PYTHON = (3, 11)


@dataclass(frozen=True)
class Package:
    """A package, and the program or absolute path that proves it is there."""

    name: str
    proof: str

    def is_installed(self) -> bool:
        if self.proof.startswith("/"):
            return Path(self.proof).exists()
        return shutil.which(self.proof, path=_SYSTEM_PATH) is not None


RUNTIME = (
    Package("python3-venv", f"/usr/lib/python3.{sys.version_info.minor}/ensurepip/__init__.py"),
    Package("python3-dev", str(Path(sysconfig.get_paths()["include"]) / "Python.h")),
    Package("build-essential", "g++"),
    Package("pkg-config", "pkg-config"),
    Package("default-libmysqlclient-dev", "mariadb_config"),
    Package("mariadb-server-core", "mariadbd"),
    Package("mariadb-client", "mariadb"),
    Package("redis-server", "redis-server"),
    Package("nginx", "nginx"),
    Package("orthanc", "Orthanc"),
    Package("orthanc-dicomweb", "/usr/share/orthanc/plugins/libOrthancDicomWeb.so"),
    Package("default-jdk-headless", "javac"),
    Package("maven", "mvn"),
    Package("restic", "restic"),
    Package("libpango-1.0-0", "/usr/share/doc/libpango-1.0-0"),
    Package("libpangoft2-1.0-0", "/usr/share/doc/libpangoft2-1.0-0"),
    Package("fonts-noto-cjk", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    Package("ca-certificates", "/etc/ssl/certs/ca-certificates.crt"),
)
DEVELOPMENT = (
    Package("dicom3tools", "dciodvfy"),
    Package("dcmtk", "storescu"),
    Package("shellcheck", "shellcheck"),
    Package("chromium", "chromium"),
    Package("poppler-utils", "pdfsig"),
)


def check_system() -> None:
    """Raise StackError unless this is a Debian or Ubuntu with a recent enough Python."""
    release = Path("/etc/os-release")
    text = release.read_text(encoding="utf-8") if release.exists() else ""
    fields = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    family = f"{fields.get('ID', '')} {fields.get('ID_LIKE', '')}".replace('"', "")
    if not {"debian", "ubuntu"} & set(family.split()) or not shutil.which("apt-get"):
        name = fields.get("PRETTY_NAME", platform.system()).strip('"')
        raise StackError(
            f"{name} is not supported: use Debian 12 or later, or Ubuntu 24.04 or later."
        )
    if sys.version_info < _MINIMUM_PYTHON:
        raise StackError(
            f"Python {platform.python_version()} is too old: use Debian 12 or later, "
            "or Ubuntu 24.04 or later."
        )


def missing(packages: tuple[Package, ...]) -> list[str]:
    """Return the names of the packages that are not there."""
    return [package.name for package in packages if not package.is_installed()]


def install(packages: tuple[Package, ...], log: Path) -> None:
    """Install what is missing; raises StackError without the right to do so."""
    names = missing(packages)
    if not names:
        return
    say(f"missing system packages: {' '.join(names)}")
    script = Path(__file__).with_name("apt-install.sh")
    with step("system packages"):
        processes.run_logged([*_as_root(names), script, *names], log=log, what="apt-get")
    still = missing(packages)
    if still:
        raise StackError(f"{' '.join(still)}: still missing after the installation, see {log}.")


def _as_root(names: list[str]) -> list[str]:
    """Return the prefix that makes a command run as root."""
    if os.geteuid() == 0:
        return []
    refusal = StackError(
        f"No right to install {' '.join(names)}: run this command as root or as a user with sudo."
    )
    if shutil.which("sudo") is None:
        raise refusal
    ask = ["sudo", "-v"] if sys.stdin.isatty() else ["sudo", "-n", "-v"]
    if subprocess.run(ask, check=False, stderr=subprocess.DEVNULL).returncode:
        raise refusal
    return ["sudo", "-n"]
