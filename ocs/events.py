"""Topics that this app publishes.

ORDER_CREATED has ``order_id``; ORDER_MOVED also ``to_status`` and ``actor_id``, who moved it.
"""

from __future__ import annotations

ORDER_CREATED = "ocs.order.created"
ORDER_MOVED = "ocs.order.moved"
