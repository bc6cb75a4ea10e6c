from __future__ import annotations

from django.urls import path

from common.outbox import views

urlpatterns = [
    path("health/", views.SystemHealth.as_view(), name="system-health"),
    path("queues/", views.Queues.as_view(), name="queues"),
    path("outbox/", views.OutboxEvents.as_view(), name="outbox-events"),
    path("outbox/<int:event_id>/redrive/", views.OutboxRedrive.as_view(), name="outbox-redrive"),
]
