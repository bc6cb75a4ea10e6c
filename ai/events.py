"""Topics that this app publishes."""

from __future__ import annotations

JOB_REQUESTED = "ai.job.requested"
JOB_COMPLETED = "ai.job.completed"
JOB_FAILED = "ai.job.failed"
VERSION_APPROVED = "ai.version.approved"
SEG_SEEN = "ai.seg.seen"
PUBLISHED = "ai.job.published"
