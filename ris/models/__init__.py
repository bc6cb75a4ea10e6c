"""The radiologist's work on studies of the archive."""

from __future__ import annotations

from ris.models.reading import Reading

__all__ = ["Reading"]
