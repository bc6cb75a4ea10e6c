"""The command line behind bin/up and bin/test."""

from __future__ import annotations

import argparse
import errno
import signal
import sys
from types import FrameType

from deploy.native import processes, toolchain, up
from deploy.native.layout import RUN, Layout
from deploy.native.stack import Stack
from deploy.native.stack_error import StackError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="deploy.native", description="The stack without containers"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    up_command = commands.add_parser("up", prog="bin/up", description="Start NeuroNova CDSS")
    what = up_command.add_mutually_exclusive_group()
    what.add_argument("--stop", action="store_true", help="end everything; data stays")
    what.add_argument("--status", action="store_true", help="show each process")
    install = commands.add_parser("install", help="install and build what is missing")
    install.add_argument("--development", action="store_true", help="linters and test tools too")
    install.add_argument("--torch", action="store_true", help="only PyTorch, for its tests")
    stack = commands.add_parser("stack", help="a stack of its own, without sample images")
    stack.add_argument("action", choices=("configure", "start", "stop", "status"))
    stack.add_argument("--name", default="test", help="its directory under .run")
    stack.add_argument("--fresh", action="store_true", help="delete the data of the last run")
    stack.add_argument("--databases", action="store_true", help="only MariaDB and Redis")
    manage = commands.add_parser("manage", help="run manage.py on a stack")
    manage.add_argument("--name", default="up")
    manage.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser


def _stack(options: argparse.Namespace) -> bool:
    stack = Stack(Layout(options.name))
    if options.action == "status":
        return stack.status()
    if options.action == "stop":
        stack.stop()
        return True
    with processes.lock(
        RUN / f"{options.name}.lock", busy="Another command starts this stack.", wait=False
    ):
        if options.fresh:
            stack.stop()
            stack.delete_data()
        stack.configure(stack.check_port())
        if options.action == "configure":
            return True
        if options.databases:
            stack.start_databases()
        else:
            stack.start(seed=True)
    return True


def _run(options: argparse.Namespace) -> bool:
    match options.command:
        case "install" if options.torch:
            toolchain.install_torch()
        case "install":
            toolchain.install(development=options.development)
        case "stack":
            return _stack(options)
        case "manage":
            Stack(Layout(options.name)).manage(*options.arguments, show=True)
        case _ if options.stop:
            up.stop()
        case _ if options.status:
            return up.status()
        case _:
            up.up()
    return True


def _terminated(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def main() -> int:
    """Return the exit code: 0, or 1 with one sentence on stderr."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        return 0 if _run(_parser().parse_args()) else 1
    except StackError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("Interrupted; run the command again to continue.", file=sys.stderr)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print("The disk is full; free some space and run the command again.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
