"""Development and the local stack of bin/up."""

from __future__ import annotations

from cdss_backend.settings.base import *  # noqa: F403

TEST_USERS_ALLOWED = True
