#!/usr/bin/env python
"""Django's command line; the settings module follows CDSS_ENV (prod unless told)."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    environment = os.environ.get("CDSS_ENV", "prod")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"cdss_backend.settings.{environment}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
