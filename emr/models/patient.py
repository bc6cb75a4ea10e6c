"""Patients, who cares for them, and who may see them. ``visible_to`` defaults to nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from audit.services import glass
from common.db import Subquery, VersionedModel, VisibleQuerySet, compiled
from common.person import Person
from emr.choices import CareRole, Gender
from emr.models.name_index import NameSuffix, suffixes
from rbac import selectors as rights
from rbac.permissions import Permission, Scope

Known = TypeVar("Known")


class PatientQuerySet(VisibleQuerySet["Patient"]):
    def visible_to(
        self, user: Person, permission: str = Permission.VIEW_PATIENT
    ) -> PatientQuerySet:
        """The patients that ``permission`` reaches for this person; none by default.

        A restricted patient is seen by the care team, by themselves, through a share, by those who
        work an order of theirs, or for an hour after breaking the glass.
        """
        scope = rights.scope_for(user, permission)
        patients = self.filter(merged_into=None)
        if scope in (Scope.OWN, Scope.OWN_SIGNED):
            return patients.filter(user_id=user.pk)
        if scope in (Scope.SHARED, Scope.SHARED_SIGNED):
            whole = [g for g in grants_that_open(user) if g.shares_patient]
            return patients.filter(pk__in=[grant.patient_id for grant in whole])
        if scope is Scope.NONE:
            return self.none()
        return patients.exclude(pk__in=Patient.objects.closed_to(user, grants_that_open(user)))

    def seen_by(self, user: Person, permission: str = Permission.VIEW_PATIENT) -> Subquery:
        """The ids of ``visible_to``, for the queries of what belongs to patients."""
        every = Patient.objects.all()
        return _once(
            f"seen {permission}", user, lambda: compiled(every.visible_to(user, permission).ids())
        )

    def ids(self) -> models.QuerySet[Any, int]:
        return self.order_by().values_list("pk", flat=True)

    def closed_to(self, user: Person, grants: list[Any]) -> Subquery:
        """Restricted patients who stay hidden from a person whose right reaches all patients.

        ``grants``: ``grants_that_open`` of the user.

        They are few: leaving them out costs the same among any number of patients, where choosing
        the others reads them all. An answer of many parts asks for them in each of its queries.
        """
        return _once("closed", user, lambda: compiled(_closed_to(user, grants).ids()))


class Patient(VersionedModel):
    """``patient_id`` is the hospital's MRN and equals DICOM Patient ID (0010,0020).

    It is compared byte by byte: under a case-insensitive collation the images of "a1" would be
    filed under patient "A1".

    ``merged_into``: the record that this one was a duplicate of. Nobody sees the duplicate any
    more; images that still come under its MRN belong to the other one.
    """

    patient_id = models.CharField(max_length=64, unique=True, db_collation="utf8mb4_bin")
    full_name = models.CharField(max_length=150)
    birth_date = models.DateField()
    gender = models.CharField(max_length=1, choices=Gender.choices)
    phone = models.CharField(max_length=30, blank=True)
    phone_reversed = models.CharField(
        max_length=30, blank=True, editable=False, db_default="", db_collation="utf8mb4_bin"
    )
    address = models.CharField(max_length=300, blank=True)
    restricted = models.BooleanField(default=False)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="duplicates", null=True
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="patient"
    )

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["patient_id"]
        indexes = [
            models.Index(fields=["full_name"]),
            models.Index(fields=["birth_date"]),
            models.Index(fields=["restricted"]),
            models.Index(fields=["phone_reversed"]),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """With what a search finds the patient by: the end of the phone number, the name."""
        self.phone_reversed = phone_reversed(self.phone)
        with transaction.atomic():
            super().save(*args, **kwargs)
            wanted = suffixes(self.full_name)
            rows = NameSuffix.objects.filter(patient_id=self.pk)
            known = set(rows.values_list("suffix", flat=True))
            if known != wanted:
                if known:
                    rows.delete()
                NameSuffix.index([(self.pk, self.full_name)])

    @property
    def brief(self) -> dict[str, Any]:
        """Who it is, where only the name is shown."""
        return {"id": self.pk, "patient_id": self.patient_id, "full_name": self.full_name}

    def age_on(self, day: date) -> int | None:
        """Whole years; None before birth."""
        birthday = (self.birth_date.month, self.birth_date.day)
        years = day.year - self.birth_date.year - ((day.month, day.day) < birthday)
        return years if years >= 0 else None


def phone_reversed(phone: str) -> str:
    """Its digits, the last first: the end of a number is a beginning."""
    return "".join(digit for digit in reversed(phone) if digit.isdecimal())


_known: ContextVar[dict[tuple[str, int], Any] | None] = ContextVar("rights_read_once", default=None)


@contextmanager
def rights_read_once() -> Iterator[None]:
    """Read whom a person may see once inside the block: for a view whose answer has many parts."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def _once(what: str, user: Person, read: Callable[[], Known]) -> Known:
    known = _known.get()
    if known is None:
        return read()
    if (what, user.pk) not in known:
        known[what, user.pk] = read()
    found: Known = known[what, user.pk]
    return found


def grants_that_open(user: Person) -> list[Any]:
    """Shares and broken glasses of the user that open something now, in two or three queries.

    They are read here because the hot path of every image would pay for them as subqueries. Of a
    restricted patient the care team's shares count: whoever else gave one gave it before.
    """
    return _once("grants", user, lambda: _grants_that_open(user))


def _closed_to(user: Person, grants: list[Any]) -> PatientQuerySet:
    team = CareTeamMember.objects.filter(user_id=user.pk).order_by().values("patient_id")
    closed = Patient.objects.filter(
        ~Q(pk__in=team), ~Q(pk__in=rights.ordered_patient_ids(user)), restricted=True
    )
    opened = [g.patient_id for g in grants if g.study_instance_uid is None]
    return closed.exclude(pk__in=opened) if opened else closed


def _grants_that_open(user: Person) -> list[Any]:
    grants = list(rights.grants_of(user.pk))
    glass.opened(user.pk, [grant.patient_id or 0 for grant in grants if grant.breaks_glass])
    shared = [grant.patient_id or 0 for grant in grants if not grant.breaks_glass]
    if not shared:
        return grants
    closed = set(Patient.objects.filter(pk__in=shared, restricted=True).ids())
    members = CareTeamMember.objects.filter(patient__in=closed)
    team = {(member.patient_id, member.user_id) for member in members}
    return [
        grant
        for grant in grants
        if grant.breaks_glass
        or grant.patient_id not in closed
        or (grant.patient_id, grant.granted_by_id) in team
    ]


class CareTeamQuerySet(VisibleQuerySet["CareTeamMember"]):
    def visible_to(
        self, user: Person, permission: str = Permission.VIEW_ACCESS
    ) -> CareTeamQuerySet:
        return self.filter(patient__in=Patient.objects.seen_by(user, permission))


class CareTeamMember(models.Model):
    """A person who cares for a patient; of a restricted one nobody else sees the record.

    ``added_by``: None where nobody noted it. Who was in the team before: ``RecordChange``.
    """

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="care_team")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="care_teams"
    )
    role = models.CharField(
        max_length=12, choices=CareRole.choices, blank=True, default="", db_default=""
    )
    reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CareTeamQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "user"], name="care_team_member_once")
        ]
