"""bin/backup and bin/restore on a stack without containers."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from deploy.backup import save, unpack
from deploy.backup.place import of_settings, quoted
from deploy.backup.restic import Repository
from deploy.native import envfile, processes
from deploy.native.console import say, step
from deploy.native.layout import RUN, Layout
from deploy.native.stack import Stack
from deploy.native.stack_error import StackError
from deploy.render import write_private


def password_file(folder: Path) -> Path:
    return folder / ".backup_password"


def make_password(path: Path) -> None:
    """Draw the repository's password once, and say that it must be kept elsewhere too."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(36))
        say(f"A new password stands in {quoted(path)}: keep a copy elsewhere,")
        say("without it nobody reads the backup, you neither.")


def backup(name: str, target: str | None, *, check: str, prune: bool) -> None:
    """Back a running stack up. Raises StackError."""
    layout = Layout(name)
    settings = envfile.read(layout.env_file)
    if "mariadb" not in Stack(layout).supervisor.processes():
        raise StackError(f"The stack '{name}' does not run: there is nothing to copy from.")
    password = password_file(layout.env_file.parent)
    make_password(password)
    repository = Repository(target or str(layout.state / "backup"), password)
    with processes.lock(RUN / f"{name}.backup.lock", busy="Another backup runs.", wait=False):
        save.backup(of_settings(layout.data, settings), repository, check=check, prune=prune)


def restore(name: str, source: str, *, snapshot: str, force: bool) -> None:
    """Make a stack of a backup, start it and verify it. Raises StackError."""
    layout = Layout(name)
    password = password_file(layout.env_file.parent)
    if not password.exists():
        raise StackError(f"Put the backup's password into {quoted(password)} first.")
    repository = Repository(source, password)
    unpack.manifest_of(repository, snapshot)
    with processes.lock(
        RUN / f"{name}.lock", busy="Another command starts this stack.", wait=False
    ):
        _empty(Stack(layout), force=force)
        layout.create()
        keys = unpack.unpack(layout.data, repository, snapshot)
        envfile.write(layout.env_file, envfile.read(layout.env_file) | keys)
        stack = Stack(layout)
        stack.configure(stack.check_port())
        stack.start_databases()
        unpack.load(of_settings(layout.data, stack.settings))
        stack.migrate()
        stack.manage("restart_heads", account="seal")
        stack.start()
        with step("verification of the running system"):
            stack.manage("verify_audit", account="seal", show=True)
            stack.manage("verify_stores", show=True)


def _empty(stack: Stack, *, force: bool) -> None:
    """End the stack and delete its data, if there is none or ``force`` says so."""
    data = stack.layout.data
    if data.exists() and any(data.iterdir()):
        if not force:
            raise StackError(
                f"{data} is not empty. To delete what is there and restore, add --force."
            )
        with step(f"stop, and delete {data}"):
            stack.stop()
            shutil.rmtree(data)
