"""The resources of an approved AI result, as they are published, with the ids of this server.

A row of an Observation is a ``ResultObservation``; of all else of a result it is the publication.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db.models import Case, Exists, Max, OuterRef, Prefetch, QuerySet, Value, When

from ai.choices import RUN_BY_MODEL
from ai.selectors.moved_sources import on_moved_sources
from ai.selectors.publication import publications_visible_to, publications_whole
from common.person import Person
from fhir.facade.declarations import LocalEntry, refer, stamped
from fhir.models import ResultObservation
from fhir.services.gather import facts_of, model_facts
from fhir.services.resources.actors import Actors, device_entry
from fhir.services.resources.codes import ORDER_STATES
from fhir.services.resources.elements import BundleEntry, Json
from fhir.services.resources.facts import PublicationFacts, PublishedModel
from fhir.services.resources.narrative import narrative
from fhir.services.resources.observations import Findings, findings_entries, risk_entry
from fhir.services.resources.provenance import ai_provenance_entry, approval_provenance_entry
from fhir.services.resources.report import diagnostic_report_entry
from fhir.services.result_index import observation_key
from ocs.choices import OrderStatus

AI = "ai-"
"""With what the ids of resources begin whose other sources are no AI results."""
OPEN_ORDER = [one for one in OrderStatus.values if one not in ORDER_STATES]
BASE = settings.FHIR_IDENTIFIER_BASE


def observation_rows(user: Person) -> QuerySet[Any]:
    whole = publications_whole().prefetch_related("result_observations")
    return ResultObservation.objects.visible_to(user).prefetch_related(
        Prefetch("publication", whole)
    )


def result_rows(user: Person) -> QuerySet[Any]:
    """Those that have Observations, with ``status`` and ``category`` of the report."""
    found = ResultObservation.objects.filter(publication=OuterRef("pk"))
    open_order = When(job__study__order__status__in=OPEN_ORDER, then=Value("preliminary"))
    of_images = When(Exists(found.filter(category="imaging")), then=Value("RAD"))
    rows = publications_visible_to(user).annotate(
        status=Case(open_order, default=Value("final")),
        category=Case(of_images, default=Value("OTH")),
    )
    return rows.filter(Exists(found)).prefetch_related("result_observations", "job__events")


def approved_result(publication: Any) -> ApprovedResult:
    """Made once for all rows of a page that are of it."""
    made: ApprovedResult | None = getattr(publication, "said_in_fhir", None)
    if made is None:
        made = publication.said_in_fhir = ApprovedResult(publication)
    return made


def device_key(model_id: str, version: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{BASE}/ai-model/{model_id}/{version}"))


def devices(user: Person) -> list[Json]:
    """The models and versions with an approved result that this person sees."""
    rows = publications_visible_to(user).filter(job__origin__in=RUN_BY_MODEL).order_by()
    newest = rows.values("job__model_id", "job__model_version").annotate(newest=Max("pk"))
    of_each = rows.filter(pk__in=[one["newest"] for one in newest]).order_by("pk")
    return [_device(model_facts(one.job.manifest)) for one in of_each]


def _device(model: PublishedModel) -> Json:
    made = device_entry(model, base=BASE).resource
    return stamped({**made, "id": device_key(model.id, model.version), "text": narrative(made)})


class ApprovedResult:
    """Everything that is said of one publication; nothing is computed before it is asked for."""

    def __init__(self, publication: Any) -> None:
        self.publication = publication
        self.job = publication.job

    @cached_property
    def facts(self) -> PublicationFacts:
        facts = facts_of(self.publication, with_series=False)
        masks = (replace(mask, imaging_study=str(mask.study_id)) for mask in facts.ai_result.masks)
        return replace(facts, ai_result=replace(facts.ai_result, masks=tuple(masks)))

    @cached_property
    def actors(self) -> Actors:
        order = self.job.study.order if self.job.study else None
        version, model = self.publication.version, self.facts.model
        edited = self.facts.version.author and version and version.author_id
        device = refer("Device", device_key(model.id, model.version))
        return Actors(
            patient=refer("Patient", self.job.patient_id),
            encounter=refer("Encounter", order.encounter_id)
            if order and order.encounter_id
            else None,
            order=refer("ServiceRequest", order.pk) if order else None,
            requester=None,
            approver=refer("Practitioner", self.job.reviewed_by_id),
            editor=refer("Practitioner", edited) if edited else None,
            device=device if self.facts.by_model else None,
        )

    @cached_property
    def study(self) -> BundleEntry | None:
        return refer("ImagingStudy", self.job.study_id) if self.job.study_id else None

    @cached_property
    def status(self) -> Json:
        """Of a result that rests on what is another patient's by now."""
        moved = self.job.study_id is None and on_moved_sources([self.job.pk])
        return {"status": "entered-in-error"} if moved else {}

    @cached_property
    def keys(self) -> dict[str, int]:
        return {row.key: row.pk for row in self.publication.result_observations.all()}

    @cached_property
    def findings(self) -> Findings:
        made = findings_entries(self.facts, self.actors, self.study)
        return Findings(volumes=self._known(made.volumes), own=self._known(made.own))

    def _known(self, entries: tuple[BundleEntry, ...]) -> tuple[BundleEntry, ...]:
        """Those that have a row, under its id."""
        return tuple(
            LocalEntry({**one.resource, **self.status, "id": f"{AI}{self.keys[key]}"}, "")
            for one in entries
            if (key := observation_key(one.resource)) in self.keys
        )

    def observation(self, row: ResultObservation) -> Json:
        wanted = f"{AI}{row.pk}"
        return next(one.resource for one in self.findings.all if one.resource["id"] == wanted)

    @cached_property
    def risk(self) -> Json:
        made = risk_entry(self.facts, self.actors, self.findings, self.study)
        if made is None:
            raise ValueError(f"AI job {self.job.pk} has no risk score of a model")
        return {**made.resource, **self.status}

    @cached_property
    def report(self) -> LocalEntry:
        made = diagnostic_report_entry(
            self.facts, self.actors, imaging_study=self.study, findings=self.findings
        )
        key = f"{AI}{self.publication.pk}"
        return LocalEntry({**made.resource, **self.status, "id": key}, "")

    @cached_property
    def ai_provenance(self) -> LocalEntry | None:
        made = ai_provenance_entry(
            self.facts, self.actors, imaging_study=self.study, findings=self.findings
        )
        if made is None:
            return None
        return LocalEntry({**made.resource, "id": f"{AI}{self.publication.pk}"}, "")

    @property
    def asserted(self) -> Json:
        """The Provenance of the model's words. Raises ValueError: no model made it."""
        if self.ai_provenance is None:
            raise ValueError(f"AI job {self.job.pk} was run by no model")
        return self.ai_provenance.resource

    @cached_property
    def approval(self) -> Json:
        return approval_provenance_entry(
            self.facts,
            self.actors,
            imaging_study=self.study,
            findings=self.findings,
            report=self.report,
            ai_provenance=self.ai_provenance,
        ).resource
