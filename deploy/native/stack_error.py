"""The one way a command of the stack fails."""

from __future__ import annotations


class StackError(Exception):
    """Ends the command with this one sentence for a person, and exit code 1."""
