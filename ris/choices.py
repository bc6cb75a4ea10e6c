"""DICOM constants of the imaging app (PS3.4 annex B, PS3.6)."""

from __future__ import annotations

SEGMENTATION_STORAGE = "1.2.840.10008.5.1.4.1.1.66.4"
STRUCTURED_REPORT_PREFIX = "1.2.840.10008.5.1.4.1.1.88."
DERIVED_MODALITIES = frozenset({"SEG", "SR", "PR"})
