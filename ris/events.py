"""Topics that this app publishes."""

from __future__ import annotations

NODES_CHANGED = "ris.nodes.changed"
