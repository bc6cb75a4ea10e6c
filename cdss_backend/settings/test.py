"""Unit tests: the private MariaDB of bin/test as owner, Redis databases of their own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cdss_backend.settings.base import *  # noqa: F403
from cdss_backend.settings.base import _REDIS, ENV
from cdss_backend.settings.env import database

TEST_USERS_ALLOWED = True
DATABASES = {"default": database(ENV.database_owner_url or ENV.database_url)}
DATABASES["default"]["TEST"] = {
    "NAME": f"test_cdss_db{os.environ.get('TEST_DB_SUFFIX', '')}",
    "CHARSET": "utf8mb4",
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_BROKER_URL = "memory://"
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": f"{_REDIS}/5"}
}
AUDIT_STREAM_URL = f"{_REDIS}/6"
METRICS_URL = f"{_REDIS}/7"
CDSS_DATA_DIR = Path(tempfile.mkdtemp(prefix="cdss-test-"))
FILE_UPLOAD_TEMP_DIR = CDSS_DATA_DIR / "tmp"
AI_SEG_DIR = CDSS_DATA_DIR / "ai_seg"
for _directory in (FILE_UPLOAD_TEMP_DIR, AI_SEG_DIR):
    _directory.mkdir()
