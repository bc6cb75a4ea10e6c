"""The command lines of bin/backup and bin/restore, and what they run inside a container."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from deploy.backup import containers, native_system, place, save, unpack
from deploy.backup.restic import Repository
from deploy.native.stack_error import StackError

_OWNER = "10001:10001"
"""The user of everything in containers but MySQL."""
_INSIDE_PASSWORD = Path("/secrets/backup_password")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="deploy.backup")
    commands = parser.add_subparsers(dest="command", required=True)
    backup = commands.add_parser("backup", prog="bin/backup", description="Save everything")
    backup.add_argument(
        "target", nargs="?", help="a folder, or restic's address of an object store"
    )
    backup.add_argument("--check", default="5%", help="how much is read back (5%%, 100%%)")
    backup.add_argument("--prune", action="store_true", help="drop old snapshots")
    restore = commands.add_parser("restore", prog="bin/restore", description="Bring it back")
    restore.add_argument("source", help="where bin/backup wrote to")
    restore.add_argument("--snapshot", default="latest")
    restore.add_argument("--force", action="store_true", help="delete what is there")
    for command in (backup, restore):
        command.add_argument("--name", default="up", help="the stack under .run (native)")
    inside = commands.add_parser("inside", help="a step within the container")
    inside.add_argument("step", choices=("save", "manifest", "unpack", "load"))
    inside.add_argument("repository")
    inside.add_argument("--snapshot", default="latest")
    inside.add_argument("--check", default="5%")
    inside.add_argument("--prune", action="store_true")
    inside.add_argument("--force", action="store_true")
    return parser


def _inside(options: argparse.Namespace) -> None:
    repository = Repository(options.repository, _INSIDE_PASSWORD)
    match options.step:
        case "save":
            here = place.of_container()
            save.backup(here, repository, check=options.check, prune=options.prune)
        case "manifest":
            unpack.manifest_of(repository, options.snapshot)
            if not options.force:
                unpack.refuse_unless_vacant(Path("/data"))
        case "unpack":
            keys = unpack.unpack(Path("/data"), repository, options.snapshot)
            subprocess.run(["chown", "-R", _OWNER, "/data"], check=True)
            for name, value in keys.items():
                path = _INSIDE_PASSWORD.with_name(name)
                path.write_text(value, encoding="utf-8")
                path.chmod(0o444)  # the folder is for its owner only
        case "load":
            unpack.load(place.of_container())


def _run(options: argparse.Namespace) -> None:
    if options.command == "inside":
        _inside(options)
        return
    way = containers if containers.are_used() else native_system
    if options.command == "backup":
        way.backup(options.name, options.target, check=options.check, prune=options.prune)
    else:
        way.restore(options.name, options.source, snapshot=options.snapshot, force=options.force)


def main() -> int:
    """Return the exit code: 0, or 1 with one sentence on stderr."""
    try:
        _run(_parser().parse_args())
    except StackError as error:
        print(error, file=sys.stderr)
    except json.JSONDecodeError:
        print("The backup's manifest cannot be read.", file=sys.stderr)
    except KeyboardInterrupt:
        print("Interrupted; run the command again.", file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
