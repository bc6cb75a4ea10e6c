"""The environment, typed and read once. A missing or weak setting stops the start and is named."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from pydantic import (
    AfterValidator,
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

BASE_DIR = Path(__file__).resolve().parent.parent.parent
MINIMUM_SECRET_LENGTH = 32
PUBLISHED = "dev-only"
_OBJECT_STORE = r"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*/?)?$"
"""Part of each secret of docker-compose.dev.yml."""


def _strong(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if len(value) < MINIMUM_SECRET_LENGTH or "change-me" in value:
        raise ValueError(f"must be a generated secret of {MINIMUM_SECRET_LENGTH}+ characters")
    return secret


def _own(secret: SecretStr) -> SecretStr:
    if PUBLISHED in secret.get_secret_value():
        raise ValueError("is a default that everybody knows")
    return _strong(secret)


Secret = Annotated[SecretStr, AfterValidator(_strong)]
_KEY = re.compile(r"([A-Za-z0-9]{1,16}):(\S+)")


def key_ring(secret: SecretStr | None) -> dict[str, str]:
    """The keys of ``ID:KEY,ID:KEY,…`` by id, the newest first; a key without an id is "1"."""
    if secret is None:
        return {}
    ring: dict[str, str] = {}
    for text in secret.get_secret_value().split(","):
        found = _KEY.fullmatch(text)
        key_id, key = (found[1], found[2]) if found else ("1", text)
        if key_id in ring:
            raise ValueError(f"names the key {key_id} twice")
        ring[key_id] = key
    return ring


def _strong_ring(secret: SecretStr | None) -> SecretStr | None:
    for key in key_ring(secret).values():
        _strong(SecretStr(key))
    return secret


KeyRing = Annotated[SecretStr | None, AfterValidator(_strong_ring)]


class Env(BaseSettings):
    """One attribute per variable of .env.example; files in CDSS_SECRETS_DIR override nothing."""

    model_config = SettingsConfigDict(
        env_file=os.environ.get("CDSS_ENV_FILE", BASE_DIR / ".env"),
        secrets_dir=os.environ.get("CDSS_SECRETS_DIR"),
        extra="ignore",
    )

    cdss_env: Literal["dev", "test", "prod"] = "prod"
    cdss_database_role: Literal["app", "owner"] = "app"
    public_host: str = "localhost"
    public_scheme: Literal["http", "https"] = "http"
    cdss_data_dir: Path
    frame_cache_dir: Path | None = None
    worklist_idle_minutes: float = Field(default=15, gt=0, le=1440)
    dicom_character_set: Literal["ISO_IR 192", "ISO 2022 IR 149"] = "ISO_IR 192"
    archive_log_file: Path | None = None
    dicom_query_port: int | None = Field(default=None, ge=1, le=65535)
    dicom_query_bind: str = "127.0.0.1"
    orthanc_aet: str = "NEURONOVA"
    static_root: Path = BASE_DIR / ".run" / "static"
    secret_key: Secret
    jwt_signing_key: Secret
    audit_hmac_key: KeyRing = None
    audit_signing_key: KeyRing = None
    audit_heads_file: Path | None = None
    audit_syslog: Annotated[str, Field(pattern="^((tls|tcp)://[^/:@]+:[0-9]+)?$")] = ""
    audit_object_access_key: str = ""
    audit_object_secret_key: SecretStr = SecretStr("")
    audit_object_endpoint: Annotated[str, Field(pattern=r"^(https?://[^/@?#]+/?)?$")] = ""
    audit_object_region: str = "us-east-1"
    audit_object_lock_days: int = Field(default=0, ge=0, le=36500)
    audit_object_store: Annotated[str, Field(pattern=_OBJECT_STORE)] = ""
    database_url: SecretStr
    database_owner_url: SecretStr | None = None
    openemr_database_url: SecretStr | None = None
    openemr_max_age_s: int = Field(default=60, ge=1)
    redis_url: SecretStr
    orthanc_url: str
    orthanc_username: str
    orthanc_password: SecretStr
    inference_url: str
    inference_token: SecretStr
    hapi_url: str
    hapi_token: SecretStr
    session_hours: int = Field(default=12, ge=1, le=168)
    session_idle_minutes: int = Field(default=30, ge=5, le=1440)
    glass_openings_per_day: int = Field(default=3, ge=1, le=100)
    report_signing_dir: Path | None = None
    report_patient_delay_hours: int = Field(default=24, ge=0, le=8760)
    critical_escalation_minutes: int = Field(default=30, ge=1, le=1440)
    mllp_port: int | None = Field(default=None, ge=1, le=65535)
    mllp_user: str = ""
    mllp_peers: str = "127.0.0.1"
    inference_timeout_s: int = 300
    outbox_lease_s: int = 30
    outbox_sweep_s: int = 10
    hospital_name: Annotated[str, Field(max_length=100)] = ""
    hospital_timezone: str = "Asia/Seoul"
    fhir_identifier_base: str = "https://cdss.neuronova.local/fhir/sid"
    upload_max_file_bytes: int = 1 << 30
    upload_index_wait_s: float = 3
    htj2k_workers: int = Field(
        default=max(1, (os.cpu_count() or 1) // 2),
        validation_alias=AliasChoices("htj2k_workers", "htj2k_lanes"),  # its name of before
    )
    htj2k_min_free_bytes: int = 4 << 30

    @field_validator(
        "secret_key",
        "jwt_signing_key",
        "audit_hmac_key",
        "audit_signing_key",
        "orthanc_password",
        "inference_token",
        "hapi_token",
    )
    @classmethod
    def _own_in_production(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if secret is not None and info.data.get("cdss_env") == "prod":
            _own(secret)
        return secret

    @field_validator("audit_object_store")
    @classmethod
    def _with_its_account(cls, place: str, info: ValidationInfo) -> str:
        secret = info.data.get("audit_object_secret_key") or SecretStr("")
        has_account = info.data.get("audit_object_access_key") and secret.get_secret_value()
        if place and not has_account:
            raise ValueError("needs AUDIT_OBJECT_ACCESS_KEY and AUDIT_OBJECT_SECRET_KEY")
        endpoint = info.data.get("audit_object_endpoint", "")
        if place and info.data.get("cdss_env") == "prod" and endpoint.startswith("http:"):
            raise ValueError("needs an AUDIT_OBJECT_ENDPOINT that speaks TLS")
        return place

    @field_validator("openemr_database_url", mode="before")
    @classmethod
    def _empty_is_absent(cls, url: object) -> object:
        return url or None

    @field_validator("database_url", "database_owner_url", "openemr_database_url", "redis_url")
    @classmethod
    def _password_in_production(
        cls, url: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        if url is not None and info.data.get("cdss_env") == "prod":
            _own(SecretStr(unquote(urlsplit(url.get_secret_value()).password or "")))
        return url


def load_env() -> Env:
    """Read the environment; exit naming each bad variable (values are never printed)."""
    try:
        return Env()
    except ValidationError as error:
        lines = [f"  {str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors()]
        sys.exit(
            "NeuroNova does not start, these settings are missing or wrong:\n" + "\n".join(lines)
        )


def database_url(env: Env) -> SecretStr:
    """The application's account, or the owner's for migrations (CDSS_DATABASE_ROLE=owner)."""
    if env.cdss_database_role == "app":
        return env.database_url
    if env.database_owner_url is None:
        sys.exit("NeuroNova does not start: DATABASE_OWNER_URL is missing for the owner role")
    return env.database_owner_url


def database(url: SecretStr) -> dict[str, object]:
    """Turn mysql://user:password@host:port/name into a Django DATABASES entry."""
    parts = urlsplit(url.get_secret_value())
    return {
        "ENGINE": "django.db.backends.mysql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or 3306,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "charset": "utf8mb4",
            "isolation_level": "read committed",
            "init_command": "SET sql_mode='STRICT_TRANS_TABLES'",
        },
    }


def openemr_database(url: SecretStr, hospital_timezone: str) -> dict[str, object]:
    """The database of OpenEMR: whoever waits for it waits a second. Its times are local ones."""
    entry = database(url)
    entry["TIME_ZONE"] = hospital_timezone
    entry["OPTIONS"] = {
        "charset": "utf8mb4",
        "isolation_level": "read committed",
        "connect_timeout": 1,
        "read_timeout": 1,
        "write_timeout": 1,
        "init_command": "SET sql_mode='STRICT_TRANS_TABLES', lock_wait_timeout=1, "
        "innodb_lock_wait_timeout=1",
    }
    return entry
