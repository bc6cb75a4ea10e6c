"""Progress of the transcoding of a study to HTJ2K."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from pacs.choices import Htj2k
from pacs.models import Instance, Study


@dataclass(frozen=True, slots=True)
class Refusals:
    """Number of instances that are not transcoded, for an ``Htj2kRefusal``."""

    reason: str
    instances: int


@dataclass(frozen=True, slots=True)
class Htj2kProgress:
    """Numbers of instances; those neither stored nor refused are waiting."""

    instances: int
    stored: int
    refused: tuple[Refusals, ...]

    @property
    def waiting(self) -> int:
        return self.instances - self.stored - sum(one.instances for one in self.refused)


def study_progress(study: Study) -> Htj2kProgress:
    """The progress of a study. One query."""
    groups = (
        Instance.objects.filter(series__study=study)
        .order_by("htj2k_reason")
        .values_list("htj2k", "htj2k_reason")
        .annotate(number=Count("id"))
    )
    found = list(groups)
    return Htj2kProgress(
        instances=sum(number for _, _, number in found),
        stored=sum(number for state, _, number in found if state == Htj2k.STORED),
        refused=tuple(
            Refusals(reason, number) for state, reason, number in found if state == Htj2k.REFUSED
        ),
    )
