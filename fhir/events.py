"""Topics that this app publishes."""

from __future__ import annotations

REPORT_OUTDATED = "fhir.report.outdated"
PUBLICATION_OUTDATED = "fhir.publication.outdated"
