"""Topics that this app publishes.

ORDER_CREATED has ``order_id``; ORDER_MOVED also ``to_status`` and ``actor_id``, who moved it.
ORDER_ASSIGNED has ``user_id`` and ``actor_id``; ORDER_AMENDED, a corrected result, ``actor_id``.
"""

from __future__ import annotations

ORDER_CREATED = "ocs.order.created"
ORDER_MOVED = "ocs.order.moved"
ORDER_ASSIGNED = "ocs.order.assigned"
ORDER_AMENDED = "ocs.order.amended"
