"""What a model's process may not do: the limits that the kernel holds it to.

A model is code of the operator's choice, not of an attacker: the limits keep its mistakes to its
own run. Where the kernel knows Landlock and seccomp, the process also writes nowhere but into its
own folder, reads nothing but its model and what Python needs, and starts no process that could
outlive it.
"""

from __future__ import annotations

import ctypes
import errno
import logging
import os
import platform
import resource
import signal
import struct
import sys
import sysconfig
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

NO_PROCESS_ERRNO = errno.EUSERS
"""What starting a process fails with: no other call of a model does."""

_MB = 2**20
_SET_PDEATHSIG, _SET_DUMPABLE, _SET_NO_NEW_PRIVS, _SET_SECCOMP, _SECCOMP_FILTER = 1, 4, 38, 22, 2
_libc = ctypes.CDLL(None, use_errno=True)
_log = logging.getLogger("inference.sandbox")


def hide() -> None:
    """Let no other process of this user read the memory or the environment of this one."""
    _libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def warn_if_open() -> None:
    """Say in the log if the kernel cannot hold a model to the files that it may use."""
    if _landlock_version() < 1:
        _log.warning("no Landlock in this kernel: models may read and write any file of this user")


def confine(folder: Path, model: Path, *, memory_mb: int, file_mb: int) -> None:
    """Hold this process to its limits; it becomes the leader of its own group.

    Args:
        folder: the only place where it may write.
        model: the folder that it may read besides its own, and what Python needs.
        memory_mb: address space beyond what the process has now.
    """
    os.setsid()
    _libc.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    os.chdir(folder)
    os.environ["TMPDIR"] = str(folder)
    _limit(resource.RLIMIT_AS, _address_space() + memory_mb * _MB)
    _limit(resource.RLIMIT_FSIZE, file_mb * _MB)
    _limit(resource.RLIMIT_CORE, 0)
    hide()
    _libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _use_only(folder, model)
    _start_no_process()


def _limit(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


# Landlock (Linux 5.13): linux/landlock.h
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1, 1 << 1, 1 << 2, 1 << 3, 1 << 14
_REMOVE_AND_MAKE = sum(1 << bit for bit in range(4, 13))
_DEVICES = ("/dev/null", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia0", "/dev/nvidia1")
_SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/cuda", "/opt/cuda"),
    *("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo", "/usr/share/ca-certificates"),
    *("/etc/ssl/certs", "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf"),
    *("/etc/gai.conf", "/dev/urandom", "/dev/random", "/dev/zero"),
    *("/sys/devices", "/sys/bus/pci", "/sys/class"),
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/driver/nvidia"),
)
"""Libraries, names of hosts (for a model on another server), processor and graphics card."""


def _landlock_version() -> int:
    """0 or less where the kernel has none."""
    return int(_libc.syscall(_CREATE_RULESET, None, 0, 1))


def _use_only(folder: Path, model: Path) -> None:
    """Write into ``folder`` alone; read there, of the model, and of Python with its libraries."""
    version = _landlock_version()
    if version < 1:
        return
    writing = _WRITE_FILE | (_TRUNCATE if version >= 3 else 0)
    reading = _READ_FILE | _READ_DIR
    handled = writing | reading | _REMOVE_AND_MAKE | _EXECUTE
    attributes = struct.pack("<Q", handled)
    rules = _libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    if rules < 0:
        return
    _allow(rules, [folder], handled & ~_EXECUTE)
    _allow(rules, [model, *_python(), *map(Path, _SYSTEM)], reading)
    _allow(rules, map(Path, _DEVICES), writing | reading)
    _libc.syscall(_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _python() -> Iterable[Path]:
    """This service's code, the standard library, installed packages, and named libraries."""
    paths = sysconfig.get_paths()
    named = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    named += [
        *filter(None, os.environ.get("LD_LIBRARY_PATH", "").split(":")),
        sys.base_prefix + "/lib",
    ]
    return [Path(__file__).parent, *map(Path, filter(None, named))]


def _allow(rules: int, places: Iterable[Path], access: int) -> None:
    """Places that are not there are left out; those of a file have no rights of a folder."""
    for place in places:
        try:
            handle = os.open(place, os.O_PATH)
        except OSError:
            continue
        of_file = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
        granted = access if place.is_dir() else access & of_file
        _libc.syscall(_ADD_RULE, rules, 1, struct.pack("<Qi", granted, handle), 0)
        os.close(handle)


# seccomp: linux/seccomp.h, linux/bpf_common.h
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_ANY, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_CLONE_THREAD = 0x10000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_CALLS = {  # of the machine: its audit number, clone, and what starts a process
    "x86_64": (0xC000003E, 56, (57, 58, 59, 322)),
    "aarch64": (0xC00000B7, 220, (221, 281)),
}
_CLONE3 = 435


def _start_no_process() -> None:
    """Let the process have threads and no children; glibc makes threads without clone3 too."""
    if platform.machine() not in _CALLS:
        return
    architecture, clone, starting = _CALLS[platform.machine()]
    refuse = _FAIL | NO_PROCESS_ERRNO
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_IF_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, _FAIL | errno.ENOSYS),
    ]
    for number in starting:
        steps += [(_JUMP_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, refuse)]
    steps += [
        (_JUMP_IF_EQUAL, 0, 3, clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_JUMP_IF_ANY, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, refuse),
        (_RETURN, 0, 0, _ALLOW),
    ]
    program = b"".join(struct.pack("<HBBI", *step) for step in steps)
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(steps), ctypes.addressof(code))
    _libc.prctl(_SET_SECCOMP, _SECCOMP_FILTER, header, 0, 0)
