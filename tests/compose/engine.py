"""A container engine for bin/test --compose: the machine's own, or a private one from Debian.

A private engine needs root on Debian 12 and leaves the machine's services alone: its socket, its
process files and its data are its own, and what takes long (the base image, the images, compose)
is kept in ``.run/compose`` for the next run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.native import packages
from deploy.native.layout import ROOT, RUN

STATE = RUN / "compose"
BASE_IMAGE = "debian:bookworm-slim"
COMPOSE = "github.com/docker/compose/v2@v2.40.3"
SUBNETS = (("10.213.0.1/24", "10.214.0.0/16"), ("172.29.0.1/24", "172.30.0.0/16"))
"""Address of the bridge and pool of the networks, before and after the machine has moved."""
_PATIENCE = 90.0


def run(
    *command: str | Path, env: Mapping[str, str] | None = None, **options: object
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; raises CalledProcessError with what it said."""
    done: subprocess.CompletedProcess[str] = subprocess.run(  # type: ignore[call-overload]
        list(map(str, command)), env=env, check=False, text=True, capture_output=True, **options
    )
    if done.returncode:
        said = f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        raise AssertionError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{said}")
    return done


def _answers(environment: Mapping[str, str], *command: str) -> bool:
    if shutil.which("docker") is None:
        return False
    return (
        subprocess.run(
            ["docker", *command], env=dict(environment), check=False, capture_output=True
        ).returncode
        == 0
    )


@dataclass
class Engine:
    """What runs containers; ``environment`` leads the docker client to it."""

    environment: dict[str, str]
    is_ours: bool = False

    def docker(self, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        return run("docker", *arguments, env=self.environment, **options)

    def prepare(self) -> None:
        """Bring what builds need: compose, and the one base image."""
        if not _answers(self.environment, "compose", "version"):
            self._install_compose()
        if not _answers(self.environment, "image", "inspect", BASE_IMAGE) and not _answers(
            self.environment, "pull", BASE_IMAGE
        ):
            self._import_base_image()

    def _install_compose(self) -> None:
        """Build it from its Go module: Debian 12 has no package of it."""
        program = STATE / "docker-config" / "cli-plugins" / "docker-compose"
        if not program.exists():
            assert shutil.which("go"), "install the docker compose plugin, or Go 1.21 or later"
            program.parent.mkdir(parents=True, exist_ok=True)
            source = STATE / "compose-source"
            shutil.rmtree(source, ignore_errors=True)
            source.mkdir()
            (source / "go.mod").write_text("module scratch\n")
            found = run("go", "mod", "download", "-json", COMPOSE, cwd=source).stdout
            module = found.split('"Dir": "')[1].split('"')[0]
            run("cp", "--recursive", "--no-preserve=mode", module, source / "compose")
            run("go", "build", "-o", program, "./cmd", cwd=source / "compose")
            shutil.rmtree(source)
        self.environment["DOCKER_CONFIG"] = str(program.parent.parent)

    def _import_base_image(self) -> None:
        archive = STATE / "base.tar"
        if not archive.exists():
            STATE.mkdir(parents=True, exist_ok=True)
            script = Path(__file__).with_name("base_image.sh")
            run(script, archive.with_suffix(".new"))
            archive.with_suffix(".new").rename(archive)
        changes = [f"ENV {name}={_CERTIFICATES}" for name in _CERTIFICATE_VARIABLES]
        options = [part for change in changes for part in ("--change", change)]
        self.docker("import", *options, "--change", 'CMD ["bash"]', str(archive), BASE_IMAGE)

    def restart(self, *, elsewhere: bool = False) -> None:
        raise NotImplementedError("the machine's own engine is not ours to restart")

    def stop(self) -> None:
        """The machine's own engine goes on."""


_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
_CERTIFICATE_VARIABLES = (
    "SSL_CERT_FILE",
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
)


@dataclass
class PrivateEngine(Engine):
    """Debian's dockerd beside whatever the machine has."""

    is_ours: bool = True
    subnet: int = 0
    place: Path = field(init=False)

    def __post_init__(self) -> None:
        name = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
        self.place = Path(f"/run/neuronova-engine-{name}")  # a socket's path is short
        self.environment["DOCKER_HOST"] = f"unix://{self.place}/docker.sock"

    @property
    def _pid_file(self) -> Path:
        return self.place / "dockerd.pid"

    def start(self) -> None:
        if _answers(self.environment, "info"):  # of a run that was killed
            self.stop()
        self.place.mkdir(mode=0o700, exist_ok=True)
        STATE.mkdir(parents=True, exist_ok=True)
        bridge, pool = SUBNETS[self.subnet]
        with (STATE / "dockerd.log").open("ab") as log:
            subprocess.Popen(
                [
                    "dockerd",
                    f"--data-root={STATE / 'docker'}",
                    f"--exec-root={self.place / 'exec'}",
                    f"--host={self.environment['DOCKER_HOST']}",
                    f"--pidfile={self._pid_file}",
                    f"--bip={bridge}",
                    f"--default-address-pool=base={pool},size=24",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait(lambda: _answers(self.environment, "info"), "dockerd does not start")

    def _wait(self, condition: object, complaint: str) -> None:
        end = time.monotonic() + _PATIENCE
        while not condition():  # type: ignore[operator]
            if time.monotonic() > end:
                raise AssertionError(f"{complaint}; see {STATE / 'dockerd.log'}")
            time.sleep(0.2)

    def stop(self) -> None:
        """End dockerd and, with it, every container."""
        pid = int(self._pid_file.read_text())
        os.kill(pid, 15)
        self._wait(lambda: not self._pid_file.exists(), "dockerd does not end")

    def restart(self, *, elsewhere: bool = False) -> None:
        """As a reboot does; ``elsewhere``: new networks get other addresses."""
        self.stop()
        if elsewhere:
            self.subnet = 1 - self.subnet
            subprocess.run(["ip", "link", "delete", "docker0"], check=False, capture_output=True)
        self.start()


def find() -> Engine:
    """Return the engine that answers, else a private one, started."""
    environment = os.environ | {"DOCKER_BUILDKIT": "0"}
    if _answers(environment, "info"):
        engine = Engine(dict(os.environ))
    else:
        wanted = (
            packages.Package("docker.io", "dockerd"),
            packages.Package("iptables", "iptables"),
            packages.Package("debootstrap", "debootstrap"),
            packages.Package("iproute2", "ip"),
        )
        packages.install(wanted, RUN / "log" / "apt.log")
        engine = PrivateEngine(environment)
        engine.start()
    engine.prepare()
    return engine
