"""Where one system keeps what a backup holds, and how its servers are reached."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from deploy.native.envfile import SECRETS


@dataclass(frozen=True)
class Place:
    """``data`` holds ``orthanc``, ``cdss``, ``hapi`` as the servers write them, and ``stage``."""

    data: Path
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    hapi_url: str
    hapi_token: str = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)

    @property
    def stage(self) -> Path:
        """Consistent copies of what changes, for as long as a backup or a restore runs."""
        return self.data / "stage"

    def clear_stage(self) -> None:
        """Delete what is in it, the folder too unless a volume is mounted there."""
        shutil.rmtree(self.stage, ignore_errors=True)

    @property
    def archive(self) -> Path:
        """Orthanc's files and, beside them, its index."""
        return self.data / "orthanc"

    @property
    def database_name(self) -> str:
        return urlsplit(self.database_url).path.lstrip("/")

    def database_options(self) -> str:
        """An option file for MariaDB's client programs: a password in no command line."""
        url = urlsplit(self.database_url)
        return (
            f"[client]\nhost={url.hostname}\nport={url.port or 3306}\nprotocol=tcp\n"
            f'user={unquote(url.username or "")}\npassword="{unquote(url.password or "")}"\n'
            "default-character-set=utf8mb4\n"
        )


def of_settings(data: Path, settings: Mapping[str, str]) -> Place:
    """The native system with this data directory and these settings."""
    return Place(
        data=data,
        database_url=settings["DATABASE_OWNER_URL"],
        redis_url=settings["REDIS_URL"],
        hapi_url=settings["HAPI_URL"].removesuffix("/fhir"),
        hapi_token=settings["HAPI_TOKEN"],
        secrets={name: settings[name] for name in SECRETS},
    )


def of_container() -> Place:
    """The system whose volumes and secrets deploy/backup/compose.yml mounts."""
    folder = Path("/secrets")
    secrets = {path.name: path.read_text("utf-8") for path in folder.iterdir() if path.is_file()}
    secrets.pop("backup_password", None)
    given = {name.lower(): os.environ.get(name, "") for name in SECRETS} | secrets

    def secret(name: str) -> str:
        return quote(given[name].strip(), safe="")

    return Place(
        data=Path("/data"),
        database_url=f"mysql://cdss_owner:{secret('database_owner_password')}@mysql:3306/cdss_db",
        redis_url=f"redis://:{secret('redis_password')}@redis:6379",
        hapi_url="http://hapi:8080",
        hapi_token=given["hapi_token"].strip(),
        secrets=secrets,
    )


def quoted(path: Path) -> str:
    """A path as a person may paste it into a shell."""
    return shlex.quote(str(path))
