"""The radiologist's work on studies of the archive."""

from __future__ import annotations

from ris.models.study_readings import Reading

__all__ = ["Reading"]
