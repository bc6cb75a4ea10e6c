"""The addresses of the worklist, without a slash at the end, as PS3.18 11.1.1 writes them."""

from __future__ import annotations

from django.urls import path

import pacs.converters  # noqa: F401  (registers the path converters)
from ai.ups import views

_WORKITEM = "ups-rs/workitems/<uid:workitem_uid>"
_SUBSCRIBER = f"{_WORKITEM}/subscribers/<str:aetitle>"

ups_urlpatterns = [
    path("ups-rs/workitems", views.Workitems.as_view(), name="ups-workitems"),
    path(_WORKITEM, views.WorkitemDetail.as_view(), name="ups-workitem"),
    path(f"{_WORKITEM}/state", views.WorkitemState.as_view(), name="ups-state"),
    path(f"{_WORKITEM}/cancelrequest", views.CancelRequest.as_view(), name="ups-cancelrequest"),
    path(_SUBSCRIBER, views.Subscriber.as_view(), name="ups-subscription"),
    path(f"{_SUBSCRIBER}/suspend", views.SubscriberSuspension.as_view(), name="ups-suspension"),
]
