from __future__ import annotations

from django.urls import path

from ocs import views
from ocs.views import order_forms, order_work

urlpatterns = [
    path("orders/", views.Orders.as_view(), name="orders"),
    path("orders/duplicates/", order_work.OrderDuplicates.as_view(), name="order-duplicates"),
    path("orders/<int:pk>/", views.OrderDetail.as_view(), name="order-detail"),
    path("orders/<int:pk>/accept/", views.OrderAccept.as_view(), name="order-accept"),
    path("orders/<int:pk>/start/", views.OrderStart.as_view(), name="order-start"),
    path(
        "orders/<int:pk>/submit-result/",
        views.OrderSubmitResult.as_view(),
        name="order-submit-result",
    ),
    path("orders/<int:pk>/confirm/", views.OrderConfirm.as_view(), name="order-confirm"),
    path("orders/<int:pk>/cancel/", views.OrderCancel.as_view(), name="order-cancel"),
    path("orders/<int:pk>/history/", views.OrderHistoryList.as_view(), name="order-history"),
    path("orders/<int:pk>/assign/", order_work.OrderAssign.as_view(), name="order-assign"),
    path("orders/<int:pk>/assignees/", order_work.OrderAssignees.as_view(), name="order-assignees"),
    path("orders/<int:pk>/notes/", order_work.OrderNotes.as_view(), name="order-notes"),
    path("orders/<int:pk>/sheet/", order_forms.OrderSheet.as_view(), name="order-sheet"),
    path("order-sets/", order_forms.OrderSets.as_view(), name="order-sets"),
    path(
        "order-sets/<slug:set_id>/apply/",
        order_forms.OrderSetApply.as_view(),
        name="order-set-apply",
    ),
    path(
        "result-schemas/<str:job_type>/", order_forms.ResultSchema.as_view(), name="result-schema"
    ),
]
