from __future__ import annotations

from django.urls import path

from ocs import views

urlpatterns = [
    path("orders/", views.Orders.as_view(), name="orders"),
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
]
