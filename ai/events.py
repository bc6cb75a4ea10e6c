"""Topics that this app publishes."""

from __future__ import annotations

JOB_REQUESTED = "ai.job.requested"
JOB_COMPLETED = "ai.job.completed"
JOB_CANCELLED = "ai.job.cancelled"
"""``run``: the key under which the inference service knows it."""
JOB_FAILED = "ai.job.failed"
DRAWING_BEGUN = "ai.drawing.begun"
"""A person draws on images, or a mask from outside was laid on them."""
VERSION_APPROVED = "ai.version.approved"
RESULT_APPROVED = "ai.result.approved"
"""Of a result without a mask; with one it is VERSION_APPROVED."""
APPROVAL_WITHDRAWN = "ai.approval.withdrawn"
"""``sop_instance_uid`` of the SEG (None without a mask), those of its ``companions``, and the
``key`` of what went to FHIR."""
SEG_SEEN = "ai.seg.seen"
PUBLISHED = "ai.job.published"
