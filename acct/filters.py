from __future__ import annotations

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters

from acct.models import User


class UserFilter(filters.FilterSet):
    """``q`` is a part of the username, the full name or the mail address."""

    q = filters.CharFilter(method="search", max_length=150)
    custom_role = filters.CharFilter(field_name="custom_role__code", max_length=60)

    class Meta:
        model = User
        fields = ["role", "is_active"]

    def search(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return queryset.filter(
            Q(username__icontains=value) | Q(full_name__icontains=value) | Q(email__icontains=value)
        )
