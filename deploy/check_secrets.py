"""Refuse to start production on a missing, short or published secret, by name: never its value.

``python -m deploy.check_secrets``; reads the environment, as deploy/run.sh has filled it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping

from deploy.native.envfile import SECRETS

MINIMUM_LENGTH = 32
PUBLISHED = ("change-me", "dev-only")
_UNFIT = re.compile(r"[^!-~]|[\"'\\$]")
"""What a configuration file cannot hold."""


def faults(values: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each secret that must not be used."""
    seen: dict[str, str] = {}
    for name in SECRETS:
        value = values.get(name, "")
        if not value:
            yield f"{name}: is missing"
        elif any(part in value for part in PUBLISHED):
            yield f"{name}: is a default that everybody knows"
        elif len(value) < MINIMUM_LENGTH:
            yield f"{name}: must be a generated secret of {MINIMUM_LENGTH}+ characters"
        elif _UNFIT.search(value):
            yield f"{name}: holds a space, a quote, a backslash, a $ or a letter beyond ASCII"
        elif value in seen:
            yield f"{name}: is the same as {seen[value]}"
        else:
            seen[value] = name


def main() -> int:
    """Print each fault; return 1 if there is one."""
    found = list(faults(os.environ))
    if found:
        print("NeuroNova does not start, these secrets are missing or weak:", file=sys.stderr)
        print("\n".join(f"  {line}" for line in found), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
