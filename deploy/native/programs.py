"""The processes of the stack: their environment, their configuration and supervisord's file."""

from __future__ import annotations

import hashlib
import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from deploy import modalities, render
from deploy.contracts import APPS
from deploy.native import door, envfile
from deploy.native.layout import Layout
from deploy.native.stack_error import StackError

SERVERS = ("mariadb", "redis", "orthanc", "hapi", "inference")
"""Started first: nothing of ours runs inside them."""
APPLICATION = (
    "django",
    "gateway",
    "pictures",
    "ws",
    "worker-archive",
    "worker-audit",
    "worker-django",
    "worker-fastapi",
    "worker-fhir",
    "worker-image",
    "beat",
    "nginx",
)
"""Started once the database is migrated."""

_INFRASTRUCTURE_ONLY = {
    "DATABASE_OWNER_URL",
    "DATABASE_OWNER_PASSWORD",
    "DATABASE_PASSWORD",
    "DATABASE_SEAL_URL",
    "DATABASE_SEAL_PASSWORD",
    "OPENEMR_DATABASE_PASSWORD",
    "AUDIT_HMAC_KEY",
    "AUDIT_SIGNING_KEY",
    *envfile.HEAD_PLACES,
    "REDIS_PASSWORD",
    *(f"REDIS_{account.upper()}_PASSWORD" for account in envfile.REDIS_ACCOUNTS),
    "INFERENCE_ORTHANC_USERNAME",
    "INFERENCE_ORTHANC_PASSWORD",
}
_REDIS_ACCOUNT = {
    "django": "web",
    "gateway": "web",
    "ws": "ws",
    "beat": "beat",
    "worker-django": "audit",  # it moves the audit records on
    "worker-audit": "seal",
}
"""Of Redis; of the other processes: worker."""
_STOP_SECONDS = {"mariadb": 60, "hapi": 30, "orthanc": 30, "redis": 30}
_STOP_SIGNAL = {"nginx": "QUIT"}
EDGE = "edge.conf"
MARKER = "CDSS_SUPERVISED"
"""Environment variable by which the stack's processes are known, should supervisord be lost."""


@dataclass(frozen=True)
class Program:
    """One supervised process; ``deploy/run.sh NAME`` is its command."""

    name: str
    environment: Mapping[str, str] = field(repr=False)


def system_environment() -> dict[str, str]:
    """Return what every process gets, and nothing else of the caller's environment."""
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(Path.home()),
        "LANG": "C.UTF-8",
    }


def django_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the settings for Django's processes: all but the accounts that are not theirs."""
    own = {name: value for name, value in settings.items() if name not in _INFRASTRUCTURE_ONLY}
    return own | {"CDSS_ENV_FILE": "/dev/null"}


def owner_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the settings for the commands that change tables and grants."""
    return django_environment(settings) | {
        "DATABASE_OWNER_URL": settings["DATABASE_OWNER_URL"],
        "CDSS_DATABASE_ROLE": "owner",
    }


def seal_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the settings for the process that seals the audit record: its account and keys."""
    keys = ("AUDIT_HMAC_KEY", "AUDIT_SIGNING_KEY", *envfile.HEAD_PLACES)
    return django_environment(settings) | {
        "DATABASE_URL": settings["DATABASE_SEAL_URL"],
        **{name: settings[name] for name in keys if name in settings},
    }


Account = Literal["app", "owner", "seal"]
ENVIRONMENTS: Mapping[Account, Callable[[Mapping[str, str]], dict[str, str]]] = {
    "app": django_environment,
    "owner": owner_environment,
    "seal": seal_environment,
}


def write_configuration(layout: Layout, settings: Mapping[str, str]) -> None:
    """Render the servers' configuration files into ``etc/``."""
    values = template_values(layout, settings)
    root = layout.root
    edge = door.edge(settings)
    try:
        for template in (
            root / "deploy" / "native" / "my.cnf.template",
            root / "deploy" / "redis.conf.template",
            root / "orthanc" / "orthanc.json.template",
            root / "orthanc" / "grants.lua.template",
            root / "nginx" / "nginx.conf.template",
        ):
            render.render_file(template, layout.etc / template.stem, values)
        if edge:
            render.render_file(root / "nginx" / "edge" / edge, layout.etc / EDGE, values)
    except render.RenderError as error:
        raise StackError(f"The configuration cannot be written: {error}.") from None


def template_values(layout: Layout, settings: Mapping[str, str]) -> dict[str, str]:
    """What the templates' names are filled in with."""
    return {**settings, **_places(layout), **_addresses(settings)}


def _places(layout: Layout) -> dict[str, str]:
    as_root = os.geteuid() == 0
    for name in ("mariadb", "redis", "orthanc", "hapi", "inference", "frames"):
        (layout.data / name).mkdir(mode=0o700, exist_ok=True)
    (layout.sockets / "nginx").mkdir(mode=0o700, exist_ok=True)
    return {
        "SOCKETS": str(layout.sockets),
        "MARIADB_USER": "user = root" if as_root else "",
        "MARIADB_DIR": str(layout.data / "mariadb"),
        # 2 outlives a killed process, not a power cut: enough for tests, which wait for it all day
        "MARIADB_FLUSH": "2" if layout.is_for_tests else "1",
        "REDIS_DIR": str(layout.data / "redis"),
        "ORTHANC_STORAGE_DIR": str(layout.data / "orthanc"),
        "ORTHANC_INDEX_DIR": str(layout.data / "orthanc"),
        "ORTHANC_DICOMWEB_PLUGIN": "/usr/share/orthanc/plugins/libOrthancDicomWeb.so",
        "NGINX_USER": "user root;" if as_root else "",
        "FRAME_CACHE_SIZE": "10g",
        "NGINX_RUN_DIR": str(layout.sockets / "nginx"),
        "NGINX_MIME_TYPES": "/etc/nginx/mime.types",
        "NGINX_ACCESS_LOG": "/dev/stdout",  # supervisord writes and rotates it: log/nginx.log
        "NGINX_WWW_DIR": str(layout.root / "nginx" / "www"),
        "API_DOCS_DIR": str(layout.root / "nginx" / "api_docs"),
        "WEB_DIR": str(layout.root / "web" / "dist"),
        "VIEWER_DIR": str(layout.root / "viewer" / "dist"),
        "STATIC_DIR": str(layout.static),
    }


INFERENCE_LIMITS = (
    "INFERENCE_MEMORY_MB",
    "INFERENCE_DISK_MB",
    "INFERENCE_SECONDS",
    "INFERENCE_REMOTE_SERVERS",
    "INFERENCE_CODE_ALLOWED",
)
"""Settings of the inference service that have a default there."""


def _addresses(settings: Mapping[str, str]) -> dict[str, str]:
    local = "127.0.0.1"
    return {
        "CDSS_LISTEN": door.listen(settings),
        "NGINX_EDGE": f"include {EDGE};" if door.edge(settings) else "",
        "DJANGO_ADDRESS": f"{local}:{settings['DJANGO_PORT']}",
        "GATEWAY_ADDRESS": f"{local}:{settings['GATEWAY_PORT']}",
        "PICTURES_ADDRESS": f"{local}:{settings['PICTURES_PORT']}",
        "WS_ADDRESS": f"{local}:{settings['WS_PORT']}",
        "ORTHANC_ADDRESS": f"{local}:{settings['ORTHANC_PORT']}",
        "ORTHANC_REMOTE_ACCESS": "false",
        "REDIS_BIND": local,
    }


def optional(settings: Mapping[str, str]) -> tuple[str, ...]:
    """Processes that only some hospitals have: for nodes that search, for results by MLLP."""
    has_nodes = settings.get("DICOM_NODES") or modalities.parse(
        settings.get("DICOM_MODALITIES", "")
    )
    query = ("query",) if has_nodes else ()
    return query + (("mllp",) if settings.get("MLLP_PORT") else ())


def programs(layout: Layout, settings: Mapping[str, str]) -> list[Program]:
    """Return the processes in the order in which they start.

    What a process reads besides its environment (configuration, code) is in its environment as a
    hash: supervisord then restarts exactly the processes that changed.
    """
    django = django_environment(settings) | {"CDSS_VERSION": django_version(layout)}
    inference = {
        "ORTHANC_URL": settings["ORTHANC_URL"],
        "ORTHANC_USERNAME": settings["INFERENCE_ORTHANC_USERNAME"],
        "ORTHANC_PASSWORD": settings["INFERENCE_ORTHANC_PASSWORD"],
        "INFERENCE_PORT": settings["INFERENCE_PORT"],
        "INFERENCE_TOKEN": settings["INFERENCE_TOKEN"],
        "INFERENCE_RESULTS_DIR": str(layout.data / "inference"),
        "INFERENCE_EXTRA_MODELS_DIR": settings.get("INFERENCE_EXTRA_MODELS_DIR", ""),
        "CDSS_VERSION": _tree_hash(layout, ("inference/app", "inference/models")),
        **{name: settings[name] for name in INFERENCE_LIMITS if settings.get(name)},
    }
    hapi = {
        "HAPI_PORT": settings["HAPI_PORT"],
        "HAPI_TOKEN": settings["HAPI_TOKEN"],
        "HAPI_DATA_DIR": str(layout.data / "hapi"),
        "HAPI_JAVA_OPTIONS": (  # a third of the processor time to start
            "-XX:TieredStopAtLevel=1 -XX:SharedArchiveFile=hapi/target/classes.jsa"
        ),
        "CDSS_VERSION": _file_hash(layout.root / "hapi" / "target" / ".stamp"),
    }
    environments = {
        "mariadb": _configured("MARIADB_CONF", layout.etc / "my.cnf"),
        "redis": _configured("REDIS_CONF", layout.etc / "redis.conf"),
        "orthanc": _configured("ORTHANC_CONF", layout.etc / "orthanc.json")
        | _listening(layout, settings),
        "nginx": _configured("NGINX_CONF", layout.etc / "nginx.conf")
        | {"EDGE_VERSION": _file_hash(layout.etc / EDGE) if door.edge(settings) else ""},
        "worker-audit": seal_environment(settings)
        | {
            "CDSS_VERSION": django["CDSS_VERSION"],
            "REDIS_URL": envfile.redis_url(settings, _REDIS_ACCOUNT["worker-audit"]),
        },
        "hapi": hapi,
        "inference": inference,
    }

    def of_django(name: str) -> dict[str, str]:
        account = _REDIS_ACCOUNT.get(name, "worker")
        return django | {"REDIS_URL": envfile.redis_url(settings, account)}

    names = SERVERS + APPLICATION + optional(settings)
    return [Program(name, environments.get(name) or of_django(name)) for name in names]


def django_version(layout: Layout) -> str:
    """Return a hash that changes with the code of the apps and their packages."""
    return _tree_hash(layout, ("cdss_backend", *APPS))


def _configured(variable: str, path: Path) -> dict[str, str]:
    return {variable: str(path), "CDSS_VERSION": _file_hash(path)}


def _listening(layout: Layout, settings: Mapping[str, str]) -> dict[str, str]:
    """Orthanc listens on the loopback, and for modalities elsewhere on the DICOM port of all."""
    known = modalities.parse(settings.get("DICOM_MODALITIES", ""))
    elsewhere = any(not modality.is_on_this_machine for modality in known)
    remote = elsewhere or settings.get("DICOM_NODES")
    return {
        "ORTHANC_PRELOAD": str(layout.root / ".run" / "lib" / "loopback.so"),
        "ARCHIVE_LOG_FILE": settings["ARCHIVE_LOG_FILE"],
        "LISTEN_EVERYWHERE": settings["ORTHANC_DICOM_PORT"] if remote else "",
    }


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.exists() else "absent"


def _tree_hash(layout: Layout, directories: Sequence[str]) -> str:
    """Return a hash of the code's file names, sizes and times, and of the installed packages."""
    total = hashlib.sha256()
    for venv in (".venv", ".venv-inference"):
        total.update(_file_hash(layout.root / venv / ".base.stamp").encode())
    for directory in directories:
        for path in sorted((layout.root / directory).rglob("*")):
            if path.suffix in (".py", ".json", ".onnx") and "tests" not in path.parts:
                status = path.stat()
                total.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return total.hexdigest()[:16]


def supervisor_file(layout: Layout, found: list[Program]) -> str:
    """Return supervisord's configuration: nothing starts by itself, everything restarts."""
    sockets = layout.sockets
    text = [
        "[unix_http_server]",
        f"file={_ini(sockets / 'supervisor.sock')}",
        "chmod=0700",
        "[supervisord]",
        f"logfile={_ini(layout.log / 'supervisord.log')}",
        "logfile_maxbytes=10MB",
        "logfile_backups=2",
        f"pidfile={_ini(sockets / 'supervisord.pid')}",
        f"childlogdir={_ini(layout.log)}",
        "umask=077",
        "minfds=4096",
        *(["user=root"] if os.geteuid() == 0 else []),
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
        "[supervisorctl]",
        f"serverurl=unix://{_ini(sockets / 'supervisor.sock')}",
    ]
    for priority, program in enumerate(found, 1):
        environment = {**program.environment, MARKER: str(layout.state)}
        command = f"{shlex.quote(str(layout.root / 'deploy' / 'run.sh'))} {program.name}"
        text += [
            f"[program:{program.name}]",
            f"command={_ini(command)}",
            f"directory={_ini(layout.root)}",
            f"priority={priority}",
            "autostart=false",
            "autorestart=true",
            "startsecs=2",
            "startretries=10",
            f"stopsignal={_STOP_SIGNAL.get(program.name, 'TERM')}",
            f"stopwaitsecs={_STOP_SECONDS.get(program.name, 20)}",
            "stopasgroup=false",
            "killasgroup=true",
            "redirect_stderr=true",
            f"stdout_logfile={_ini(layout.log / program.name)}.log",
            "stdout_logfile_maxbytes=10MB",
            "stdout_logfile_backups=3",
            "environment="
            + ",".join(f'{name}="{_ini(value)}"' for name, value in environment.items()),
        ]
    return "\n".join(text) + "\n"


def _ini(value: object) -> str:
    text = str(value)
    if any(part in text for part in ('"', "\n", " ;", " #")):
        raise StackError("A setting or the path of this checkout holds a quote, ' ;' or ' #'.")
    return text.replace("%", "%%")
