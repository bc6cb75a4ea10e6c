"""Unit tests: MariaDB as owner and Redis, of the stack that CDSS_UNIT_ENV_FILE describes.

Tests that run side by side have a schema (pytest-django makes it) and Redis databases each.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from dotenv import dotenv_values
from pydantic import SecretStr

from cdss_backend.settings.base import *  # noqa: F403
from cdss_backend.settings.base import ENV
from cdss_backend.settings.env import database, openemr_database

_UNIT = dotenv_values(os.environ.get("CDSS_UNIT_ENV_FILE", os.devnull))
_OWNER = _UNIT.get("DATABASE_OWNER_URL")
_REDIS = _UNIT.get("REDIS_URL") or ENV.redis_url.get_secret_value().rstrip("/")
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_CACHE, _AUDIT, _METRICS = range(4 + 3 * _WORKER, 7 + 3 * _WORKER)

ORTHANC_URL = "http://127.0.0.1:9"
"""No archive answers a unit test, whether or not the flows have theirs running beside it."""
TEST_USERS_ALLOWED = True
DATABASES = {
    "default": database(SecretStr(_OWNER) if _OWNER else ENV.database_owner_url or ENV.database_url)
}
DATABASES["default"]["TEST"] = {"NAME": "test_cdss_db", "CHARSET": "utf8mb4"}
DATABASES["openemr"] = openemr_database(
    SecretStr(_OWNER) if _OWNER else ENV.database_owner_url or ENV.database_url,
    ENV.hospital_timezone,
)
DATABASES["openemr"]["TEST"] = {"NAME": "test_cdss_db_openemr", "MIGRATE": False}
OPENEMR_ENABLED = False
"""The tests of the connection to OpenEMR (openemr/tests/) fill its database and switch it on."""
UPLOAD_INDEX_WAIT_S = 0.0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_BROKER_URL = "memory://"
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"{_REDIS}/{_CACHE}",
    }
}
AUDIT_STREAM_URL = f"{_REDIS}/{_AUDIT}"
METRICS_URL = f"{_REDIS}/{_METRICS}"
CDSS_DATA_DIR = Path(tempfile.mkdtemp(prefix="cdss-test-"))
FILE_UPLOAD_TEMP_DIR = CDSS_DATA_DIR / "tmp"
AI_SEG_DIR = CDSS_DATA_DIR / "ai_seg"
for _directory in (FILE_UPLOAD_TEMP_DIR, AI_SEG_DIR):
    _directory.mkdir()
AUDIT_HEADS_FILE = CDSS_DATA_DIR / "heads" / "heads.jsonl"
AUDIT_SYSLOG = AUDIT_OBJECT_STORE = ""
