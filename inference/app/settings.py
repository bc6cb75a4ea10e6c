"""Settings, read once from the environment. A bad one stops the start and is named."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.processes import Limits


class Settings(BaseSettings):
    """Environment of the service; the variable is the field's name in capitals.

    `inference_models_dir` holds the models that ship with the service,
    `inference_extra_models_dir` those of the hospital, if any. `inference_queue` is the number of
    requests that may wait while a model runs. One run may use `inference_threads` cores (0: all),
    `inference_memory_mb`, `inference_disk_mb` and `inference_seconds`; a model may ask for less.
    `inference_remote_servers` is JSON: the names that manifests of kind remote use, and the
    addresses of those servers. `inference_code_allowed` is a JSON list of the folders of models
    (`id/version`) in whose configurations Python may be run. Times in seconds. An empty variable is
    as none.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True)

    orthanc_url: HttpUrl
    orthanc_username: Annotated[str, Field(min_length=1)]
    orthanc_password: Annotated[SecretStr, Field(min_length=1)]
    inference_token: Annotated[SecretStr, Field(min_length=16)]
    inference_results_dir: Path
    inference_models_dir: Path = Path(__file__).resolve().parent.parent / "models"
    inference_extra_models_dir: Path | None = None
    inference_queue: Annotated[int, Field(ge=0, le=100)] = 4
    inference_threads: Annotated[int, Field(ge=0, le=256)] = 0
    inference_memory_mb: Annotated[int, Field(ge=256)] = 4096
    inference_disk_mb: Annotated[int, Field(ge=1)] = 1024
    inference_seconds: Annotated[float, Field(gt=0, le=86400)] = 600.0
    inference_remote_servers: dict[str, HttpUrl] = {}
    inference_code_allowed: frozenset[str] = frozenset()
    inference_reload_seconds: Annotated[float, Field(gt=0, le=3600)] = 2.0
    inference_archive_timeout: Annotated[float, Field(gt=0, le=600)] = 30.0

    @field_validator("inference_results_dir")
    @classmethod
    def _writable(cls, path: Path) -> Path:
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=path).close()
        except OSError as error:
            raise ValueError(f"not a writable folder ({error.strerror})") from None
        return path

    @field_validator("inference_extra_models_dir", mode="before")
    @classmethod
    def _none_if_empty(cls, value: object) -> object:
        return value or None

    @field_validator("inference_models_dir", "inference_extra_models_dir")
    @classmethod
    def _folder(cls, path: Path | None) -> Path | None:
        if path is not None and not path.is_dir():
            raise ValueError("not a folder")
        return path

    @property
    def model_folders(self) -> tuple[Path, ...]:
        """The service's own models first."""
        extra = self.inference_extra_models_dir
        return (self.inference_models_dir, *([extra] if extra else []))

    @property
    def limits(self) -> Limits:
        """What one run may use at most."""
        return Limits(
            memory_mb=self.inference_memory_mb,
            seconds=self.inference_seconds,
            disk_mb=self.inference_disk_mb,
            threads=self.inference_threads,
        )


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        SystemExit: names every missing or bad variable, without its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        )
        raise SystemExit(f"Refusing to start, bad settings: {faults}") from None
