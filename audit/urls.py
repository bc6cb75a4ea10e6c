from __future__ import annotations

from django.urls import path

from audit import views

urlpatterns = [
    path("logs/", views.AuditLogs.as_view(), name="audit-logs"),
    path("logs/<int:log_id>/items/", views.AuditLogItems.as_view(), name="audit-log-items"),
    path("verify/", views.AuditVerify.as_view(), name="audit-verify"),
]
