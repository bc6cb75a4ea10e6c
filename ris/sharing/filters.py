from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters

from ris.choices import ShareSide


class ShareFilter(filters.FilterSet):
    """``active``: neither ended nor taken back."""

    side = filters.ChoiceFilter(choices=ShareSide.choices, method="is_on_side")
    active = filters.BooleanFilter(method="is_active")
    patient = filters.NumberFilter(field_name="patient_id")
    study_instance_uid = filters.CharFilter()

    def is_on_side(self, shares: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        field = "granted_by" if value == ShareSide.GIVEN else "grantee"
        user = getattr(self.request, "user", None)
        return shares.filter(**{field: user})

    def is_active(self, shares: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        active = shares.filter(expires_at__gt=timezone.now(), revoked_at=None)
        return active if value else shares.exclude(pk__in=active.values("pk"))


class RecipientFilter(filters.FilterSet):
    """``q`` is a part of the full name or of the username."""

    q = filters.CharFilter(method="is_named", max_length=150)

    def is_named(self, people: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return people.filter(Q(full_name__icontains=value) | Q(username__icontains=value))
