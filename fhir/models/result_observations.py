"""What the FHIR server of our own tables finds by search and no other table has as rows."""

from __future__ import annotations

from django.db import models

from ai.selectors.publication import publications_visible_to
from common.db import VisibleQuerySet
from common.person import Person
from rbac.permissions import Permission


class ResultObservationQuerySet(VisibleQuerySet["ResultObservation"]):
    def visible_to(
        self, user: Person, permission: str = Permission.REQUEST_AI
    ) -> ResultObservationQuerySet:
        """Those of the approved AI results that the person sees."""
        if not user.has_permission(permission):
            return self.none()
        return self.filter(publication__in=publications_visible_to(user).order_by().values("pk"))


class ResultObservation(models.Model):
    """One Observation of an approved AI result, as far as it is searched for.

    ``key``: what it is of within its result, as in the Observation's identifier. ``code`` of
    ``system``; ``unit``: UCUM. Gone when the approval is withdrawn.
    """

    publication = models.ForeignKey(
        "ai.Publication", on_delete=models.CASCADE, related_name="result_observations"
    )
    key = models.CharField(max_length=120)
    category = models.CharField(max_length=20)
    system = models.CharField(max_length=200)
    code = models.CharField(max_length=120)
    value = models.FloatField(null=True)
    unit = models.CharField(max_length=40, blank=True)
    effective_at = models.DateTimeField()

    objects = ResultObservationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "key"], name="fhir_one_observation_of_a_key"
            )
        ]
        indexes = [
            models.Index(fields=["code", "value"]),
            models.Index(fields=["effective_at"]),
        ]
