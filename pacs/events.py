"""Topics that this app publishes."""

from __future__ import annotations

STUDY_STABLE = "ris.study.stable"
STUDY_MOVED = "pacs.study.moved"
"""Filed under another patient than before, or under none."""
STUDY_MATCHED = "pacs.study.matched"
"""To a patient, after it arrived without one."""
DERIVED_OBJECT_INDEXED = "ris.derived_object.indexed"
INSTANCE_UNREADABLE = "ris.instance.unread"
UNFILED_DECIDED = "pacs.unfiled.decided"
SERIES_MOVE_DECIDED = "pacs.series.move_decided"
INSTANCES_SUPERSEDED = "pacs.instances.superseded"
