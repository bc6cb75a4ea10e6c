"""What this app publishes."""

from __future__ import annotations

BROKEN = "audit.broken"
"""The record of accesses, or its stream, was meddled with."""
