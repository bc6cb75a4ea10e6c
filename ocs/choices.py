from __future__ import annotations

from django.db import models


class JobRole(models.TextChoices):
    RIS = "RIS"
    LIS = "LIS"
    TREATMENT = "TREATMENT"
    CONSULT = "CONSULT"


class OrderStatus(models.TextChoices):
    ORDERED = "ORDERED"
    ACCEPTED = "ACCEPTED"
    IN_PROGRESS = "IN_PROGRESS"
    RESULT_READY = "RESULT_READY"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class Priority(models.TextChoices):
    ROUTINE = "routine"
    URGENT = "urgent"
    STAT = "stat"


TRANSITIONS: dict[str, frozenset[str]] = {
    OrderStatus.ORDERED: frozenset({OrderStatus.ACCEPTED, OrderStatus.CANCELLED}),
    OrderStatus.ACCEPTED: frozenset({OrderStatus.IN_PROGRESS, OrderStatus.CANCELLED}),
    OrderStatus.IN_PROGRESS: frozenset({OrderStatus.RESULT_READY, OrderStatus.CANCELLED}),
    OrderStatus.RESULT_READY: frozenset({OrderStatus.CONFIRMED}),
    OrderStatus.CONFIRMED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
}
