"""Read wards and stays in their beds; everything a person reads goes through ``visible_to``."""

from __future__ import annotations

from django.db.models import QuerySet

from common.errors import ErrorCode, NotFound
from common.person import Person
from emr.models import BedStay, Ward
from rbac.permissions import Permission


def wards_visible_to(user: Person) -> QuerySet[Ward]:
    return Ward.objects.visible_to(user, Permission.VIEW_WARD)


def ward_get(user: Person, pk: int, permission: Permission = Permission.VIEW_WARD) -> Ward:
    """Raises NotFound."""
    ward = Ward.objects.visible_to(user, permission).filter(pk=pk).first()
    if ward is None:
        raise NotFound(ErrorCode.WARD_NOT_FOUND, f"ward {pk}", "id")
    return ward


def stays_visible_to(
    user: Person, permission: Permission = Permission.VIEW_WARD
) -> QuerySet[BedStay]:
    stays: QuerySet[BedStay] = BedStay.objects.visible_to(user, permission)
    return stays.select_related("ward", "encounter__patient", "placed_by", "ended_by")


def stay_get(user: Person, pk: int, permission: Permission = Permission.VIEW_WARD) -> BedStay:
    """Raises NotFound."""
    stay = stays_visible_to(user, permission).filter(pk=pk).first()
    if stay is None:
        raise NotFound(ErrorCode.RECORD_NOT_FOUND, f"stay {pk}", "id")
    return stay
