"""Topics that this app publishes."""

from __future__ import annotations

PUBLICATION_OUTDATED = "fhir.publication.outdated"
