"""Production: one public host, HTTPS only, no test users."""

from __future__ import annotations

from cdss_backend.settings.base import *  # noqa: F403
from cdss_backend.settings.base import ENV

TEST_USERS_ALLOWED = False
API_SCHEMA_ACCESS = "authenticated"
ALLOWED_HOSTS = [
    ENV.public_host.split(":")[0],
    "django",  # who scrapes /metrics inside; nginx sends the public host always
]
PUBLIC_BASE_URL = f"https://{ENV.public_host}"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31536000
