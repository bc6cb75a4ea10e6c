"""Keeps the rows by which the Observations of approved AI results are found."""

from __future__ import annotations

import logging
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from ai.selectors.publication import publication_find, publications_whole
from fhir.models import ResultObservation
from fhir.services.gather import facts_of
from fhir.services.resources.actors import actors_of
from fhir.services.resources.elements import Json
from fhir.services.resources.facts import PublicationFacts
from fhir.services.resources.observations import findings_entries

logger = logging.getLogger(__name__)


def observation_key(resource: Json) -> str:
    """Of an Observation that ``findings_entries`` made."""
    return str(resource["identifier"][0]["value"].partition(".")[2])


def result_index(job_id: int) -> None:
    """Write the rows of an approved result anew; nothing of one that is not approved any more."""
    publication = publication_find(job_id)
    if publication is None:
        return
    try:
        _index(publication)
    except ValueError:  # the same that keeps it from being published, and says why
        logger.warning("the result of AI job %s has nothing to be found by", job_id)


def results_index_missing() -> None:
    """Of the approved results that have no rows yet: approved before there were any."""
    missing = publications_whole().filter(result_observations=None, job__result__isnull=False)
    for job_id in list(missing.order_by("pk").values_list("job_id", flat=True)):
        result_index(job_id)


def _index(publication: Any) -> None:
    facts = facts_of(publication, with_series=False)
    made = findings_entries(facts, actors_of(facts), None).all
    rows = [_row(publication, facts, entry.resource) for entry in made]
    with transaction.atomic():
        kept = ResultObservation.objects.bulk_create(
            rows,
            update_conflicts=True,
            update_fields=["category", "system", "code", "value", "unit", "effective_at"],
        )
        gone = ResultObservation.objects.filter(publication=publication)
        gone.exclude(key__in=[row.key for row in kept]).delete()


def _row(publication: Any, facts: PublicationFacts, resource: Json) -> ResultObservation:
    code = resource["code"].get("coding", [{}])[0]
    value = resource.get("valueQuantity", {})
    return ResultObservation(
        publication=publication,
        key=observation_key(resource),
        category=resource["category"][0]["coding"][0]["code"],
        system=code.get("system", ""),
        code=code.get("code", ""),
        value=value.get("value"),
        unit=value.get("code", ""),
        effective_at=_moment(facts),
    )


def _moment(facts: PublicationFacts) -> datetime:
    """When what was found was so; a day without a time begins at midnight."""
    at = facts.effective or facts.approved_at
    return at if isinstance(at, datetime) else timezone.make_aware(datetime.combine(at, time()))
