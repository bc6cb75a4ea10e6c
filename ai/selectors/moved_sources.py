"""Results about a patient that rest on data which is another patient's by now.

The images of a study may be filed under another patient, and two merged records may be parted. A
result of a rule stays with the patient for whom it was asked: nobody knows whether it is right of
anyone then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable

from django.apps import apps
from django.db.models import F, QuerySet

from ai.models import AIJob
from ai.selectors.patient_facts import ROWS, SERIES
from pacs.index import images

OF_JOBS = "ai_job"
withdrawn_finders: list[Callable[[Collection[str]], set[str]]] = []
"""An app above says which of these Series Instance UIDs it made of images that are not all one
patient's any more."""


def on_moved_sources(job_ids: Iterable[int]) -> set[int]:
    """Those of the jobs whose study, or the row of a fact, is of another patient or of nobody.

    Or with a fact that is itself such a result, or on a series that was withdrawn. As many
    queries as there are kinds of facts, for each step of such a chain; not filtered by rights.
    """
    wanted = list(job_ids)
    if not wanted:
        return set()
    on_images = AIJob.objects.filter(pk__in=wanted, study__isnull=False)
    moved = set(on_images.exclude(study__patient=F("patient")).values_list("pk", flat=True))
    moved |= _on_withdrawn(on_images.exclude(pk__in=moved))
    jobs = AIJob.objects.filter(pk__in=wanted, facts__isnull=False)
    named: dict[str, dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    series: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for pk, patient_id, facts in jobs.values_list("pk", "patient_id", "facts"):
        for source in (fact["source"] for fact in (facts or {}).values()):
            if source["kind"] in ROWS:
                named[source["kind"]][int(source["id"])].append((pk, patient_id))
            elif source["kind"] == SERIES:
                series[source["id"]].append((pk, patient_id))
    owners_now = images.series_owners(series) if series else {}
    for uid, users in series.items():
        moved |= {pk for pk, patient_id in users if owners_now.get(uid) != patient_id}
    for kind, rows in named.items():
        owners = apps.get_model(ROWS[kind])._base_manager.filter(pk__in=rows)
        owned = dict(owners.values_list("pk", "patient_id"))
        for source_id, users in rows.items():
            moved |= {pk for pk, patient_id in users if owned.get(source_id) != patient_id}
    results = named[OF_JOBS]
    for source_id in on_moved_sources(results):
        moved |= {pk for pk, _ in results[source_id]}
    return moved


def _on_withdrawn(jobs: QuerySet[AIJob]) -> set[int]:
    of_series = dict(jobs.values_list("pk", "series__series_instance_uid"))
    gone = set().union(*(find(set(of_series.values())) for find in withdrawn_finders))
    return {pk for pk, uid in of_series.items() if uid in gone}
