"""One stack: start, stop, status. bin/up and bin/test differ only in the layout they give."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess

from deploy import render
from deploy.native import envfile, health, mariadb, ports, processes, programs
from deploy.native.console import say, step
from deploy.native.control import Supervisor, strays
from deploy.native.layout import DJANGO_PYTHON, RUN, Layout
from deploy.native.stack_error import StackError
from deploy.native.toolchain import Stamp


class Stack:
    """The processes, settings and data of one layout."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.supervisor = Supervisor(layout)
        self.settings = envfile.read(layout.env_file)

    def check_port(self) -> int:
        """Return the public port; raises StackError if somebody else has it."""
        self.supervisor.recover()
        if self.layout.is_for_tests:
            return self._port_for_tests()
        port = envfile.public_port(self.settings, os.environ)
        ours = self.settings.get("CDSS_PORT") == str(port) and self._is_ours("nginx")
        try:
            free = ours or ports.is_free(port, "127.0.0.1")
        except PermissionError:
            raise StackError(f"CDSS_PORT {port} needs root; choose one above 1023.") from None
        if not free:
            raise StackError(
                f"Port {port} is used by another program; stop that one, "
                f"or choose another port: CDSS_PORT={port + 1} bin/up"
            )
        return port

    def _port_for_tests(self) -> int:
        """The port of the last run unless somebody else has it now."""
        others = self._ports_of_others()
        port = int(self.settings.get("CDSS_PORT", 0))
        ours = self._is_ours("nginx") or (port not in others and ports.is_free(port, "127.0.0.1"))
        return port if port and ours else ports.choose(others)

    def _is_ours(self, name: str) -> bool:
        process = self.supervisor.processes().get(name)
        return process is not None and process.state == "RUNNING"

    def configure(self, port: int) -> None:
        """Complete the env file and render every configuration file."""
        self.layout.create()
        settings = envfile.complete(self.layout, self.settings, port=port)
        if not self.layout.is_for_tests:
            settings = envfile.with_openemr(settings, os.environ)
        keep = self.supervisor.is_running()
        self.settings = envfile.assign_ports(settings, keep=keep, avoid=self._ports_of_others())
        if self.settings != envfile.read(self.layout.env_file):
            envfile.write(self.layout.env_file, self.settings)
        self.layout.env_file.chmod(0o600)
        programs.write_configuration(self.layout, self.settings)

    def _ports_of_others(self) -> set[int]:
        """Ports of the other stacks of this checkout, which may not run yet."""
        files = self.layout.root.glob(".run/*/.env")
        others = [envfile.read(file) for file in files if file != self.layout.env_file]
        names = ("CDSS_PORT", *envfile.PORTS)
        return {int(settings[name]) for settings in others for name in names if name in settings}

    def start(self, *, seed: bool = False) -> None:
        """Bring everything up and wait until it answers; what runs unchanged is left alone.

        ``seed``: with the test users and the synthetic patients, made while the servers start.
        """
        with step("processes"):
            self.start_databases(programs.SERVERS)
            self.migrate()
            self.supervisor.start(programs.APPLICATION)
            self.supervisor.start(programs.optional(self.settings))
            if seed:
                self._seed()
            self._wait(("orthanc", "hapi", "inference", *programs.APPLICATION))

    def start_databases(self, servers: tuple[str, ...] = ("mariadb", "redis")) -> None:
        """Start servers, and wait for MariaDB, whose accounts are made, and for Redis."""
        begun = programs.programs(self.layout, self.settings)
        text = programs.supervisor_file(self.layout, begun)
        render.write_private(self.layout.etc / "supervisord.conf", text)
        mariadb.initialise(self.layout)
        restarted = self.supervisor.apply()
        if restarted:
            say(f"changed, so restarted: {' '.join(restarted)}")
        self.supervisor.start(servers)
        self._wait(("mariadb", "redis"))
        mariadb.put_accounts(self.layout, self.settings)
        if self.settings.get("CDSS_OPENEMR") == "1":
            mariadb.put_openemr(self.layout, self.settings)

    def _wait(self, names: tuple[str, ...]) -> None:
        checks = health.checks(self.layout, self.settings)
        health.wait(names, checks, self.supervisor, self.layout.log)

    def migrate(self) -> None:
        """Bring tables and grants up to date once per version of the code, and static files too."""
        done = self.layout.data / ".migrated"
        version = programs.django_version(self.layout)
        if not done.exists() or done.read_text(encoding="utf-8") != version:
            with step("tables and grants"):
                self.manage("migrate", "--no-input", account="owner")
                self.manage("grant_app_role", account="owner")
                self.manage("make_signing_certificate")
            done.write_text(version, encoding="utf-8")
        self._collect_static()

    def _collect_static(self) -> None:
        sources = [self.layout.root / name for name in ("requirements.txt", "docs/openapi.yaml")]
        stamp = Stamp(self.layout.static / ".stamp", sources)
        with processes.lock(RUN / "static.lock", busy="waiting for static files", wait=True):
            if not stamp.is_current():
                self.manage("collectstatic", "--no-input")
                self.manage("write_schema")
                stamp.set()

    def manage(
        self, *arguments: str, account: programs.Account = "app", show: bool = False
    ) -> None:
        """Run a management command with the stack's settings, and nothing else in its environment.

        ``account``: of the database; "owner" may change tables, "seal" has the keys of the audit
        record. ``show``: its lines are for the person who watches, not for the log.
        """
        environment = programs.system_environment()
        environment |= programs.ENVIRONMENTS[account](self.settings)
        command = [str(DJANGO_PYTHON), "manage.py", *arguments]
        root = self.layout.root
        if not show:
            log = self.layout.log / "manage.log"
            what = f"manage.py {arguments[0]}"
            processes.run_logged(command, log=log, what=what, cwd=root, env=environment)
        elif subprocess.run(command, cwd=root, env=environment, check=False).returncode:
            raise StackError(f"manage.py {arguments[0]} failed; its reason stands above.")

    def _seed(self) -> None:
        """Make the test users and the synthetic patients; done before, it changes nothing."""
        with step("test users and sample data"):
            self.manage("create_test_users")
            self.manage("init_sample_data")

    def stop(self) -> None:
        """End every process; data, logs and settings stay."""
        self.supervisor.stop()
        left = strays(self.layout)
        if left:
            raise StackError(f"These processes do not end: {' '.join(map(str, left))}.")
        if self.layout.sockets.exists():
            shutil.rmtree(self.layout.sockets)

    def delete_data(self) -> None:
        """Delete the data and the logs of a stopped stack; its settings stay."""
        for path in (self.layout.data, self.layout.heads, self.layout.log):
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(path)

    def status(self) -> bool:
        """Print a line per process; tell whether all of them run and answer."""
        found = self.supervisor.processes()
        if not found:
            print(f"The stack '{self.layout.name}' is not running.")
            return False
        checks = health.checks(self.layout, self.settings)
        well = True
        for name in programs.SERVERS + programs.APPLICATION:
            process = found[name]
            running = process.state == "RUNNING"
            answer = (
                "-" if name not in checks else ("ok" if running and checks[name]() else "no answer")
            )
            well = well and running and answer != "no answer"
            print(
                f"{name:15} {process.state:9} pid {process.pid:<8} {process.seconds:>7} s  {answer}"
            )
        return well
