"""Asking each process whether it works, and waiting until it does."""

from __future__ import annotations

import base64
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from deploy.native import door
from deploy.native.console import say
from deploy.native.control import Supervisor
from deploy.native.layout import Layout
from deploy.native.stack_error import StackError

_PATIENCE = 300.0
_CRASHING = 30.0
"""A process that still ends right after each start is not slow, it is broken."""
_UNVERIFIED = ssl.create_default_context()
_UNVERIFIED.check_hostname = False  # the certificate is of the public name, and this the loopback
_UNVERIFIED.verify_mode = ssl.CERT_NONE
_OPENER = urllib.request.build_opener(
    urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=_UNVERIFIED)
)

Check = Callable[[], bool]


def answers(url: str, headers: Mapping[str, str] | None = None) -> bool:
    """Tell whether a GET is answered with 2xx."""
    request = urllib.request.Request(url, headers=dict(headers or {}))
    try:
        with _OPENER.open(request, timeout=10) as response:
            return bool(200 <= response.status < 300)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def listens(port: int) -> bool:
    """Tell whether something accepts connections on a loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def redis_answers(port: int, password: str) -> bool:
    """Tell whether Redis has read its data and answers PING."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2 and (part := connection.recv(256)):
                answer += part
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"


def mariadb_answers(socket_path: Path) -> bool:
    """Tell whether MariaDB sends its greeting."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(socket_path))
            return len(connection.recv(5)) == 5
    except OSError:
        return False


def checks(layout: Layout, settings: Mapping[str, str]) -> dict[str, Check]:
    """Return a health check for each process that has a door to knock at."""
    pair = f"{settings['ORTHANC_USERNAME']}:{settings['ORTHANC_PASSWORD']}".encode()
    basic = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    bearer = {"Authorization": f"Bearer {settings['HAPI_TOKEN']}"}
    host = {"Host": settings["PUBLIC_HOST"]}
    local = "http://127.0.0.1"
    return {
        "mariadb": lambda: mariadb_answers(layout.sockets / "mariadb.sock"),
        "redis": lambda: redis_answers(int(settings["REDIS_PORT"]), settings["REDIS_PASSWORD"]),
        "orthanc": lambda: answers(f"{settings['ORTHANC_URL']}/system", basic),
        "hapi": lambda: answers(f"{settings['HAPI_URL']}/metadata", bearer),
        "inference": lambda: answers(f"{settings['INFERENCE_URL']}/healthz"),
        "django": lambda: answers(f"{local}:{settings['DJANGO_PORT']}/healthz", host),
        "gateway": lambda: answers(f"{local}:{settings['GATEWAY_PORT']}/healthz", host),
        "pictures": lambda: answers(f"{local}:{settings['PICTURES_PORT']}/healthz", host),
        "ws": lambda: listens(int(settings["WS_PORT"])),
        "nginx": lambda: answers(
            f"{door.protocol(settings)}://127.0.0.1:{settings['CDSS_PORT']}/healthz", host
        ),
    }


def wait(
    names: Iterable[str],
    found: Mapping[str, Check],
    supervisor: Supervisor,
    log: Path,
    patience: float = _PATIENCE,
) -> None:
    """Wait until each process runs and answers; raises StackError naming the one that does not."""
    begun = time.monotonic()
    waiting = list(names)
    while True:
        states = supervisor.processes()
        for name in list(waiting):
            state, seconds = states[name].state, time.monotonic() - begun
            if state == "FATAL" or (state == "BACKOFF" and seconds > _CRASHING):
                raise StackError(f"{name} does not start; the reason is in {log / name}.log.")
            if state == "RUNNING" and found.get(name, lambda: True)():
                say(f"  {name} is ready ({seconds:.1f} s)")
                waiting.remove(name)
        if not waiting:
            return
        if time.monotonic() - begun > patience:
            raise StackError(
                f"{waiting[0]} was not ready after {patience:.0f} s; see {log / waiting[0]}.log."
            )
        time.sleep(0.2)
