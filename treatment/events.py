"""Topics that this app publishes.

PLAN_ENDED: a treatment was completed or stopped; ``plan_id``, and ``actor_id``, who ended it.
"""

from __future__ import annotations

PLAN_ENDED = "treatment.plan.ended"
