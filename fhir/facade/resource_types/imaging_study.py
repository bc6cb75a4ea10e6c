"""ImagingStudy with series and instances, also of studies without a patient; Endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects

from common.person import Person
from fhir.facade.declarations import (
    LocalEntry,
    ResourceSource,
    ResourceType,
    refer,
    register,
    stamped,
)
from fhir.facade.resource_types.administration import BASE
from fhir.facade.search_parameters import (
    NOTHING,
    DateParameter,
    FixedTokenParameter,
    ReferenceParameter,
    TokenParameter,
)
from fhir.services.gather import GATEWAY_PATH, study_facts
from fhir.services.resources.actors import Actors
from fhir.services.resources.elements import DCM, DICOM_UID, Json, compact
from fhir.services.resources.imaging import endpoint_entry, imaging_study_entry
from pacs.index.quarantine import studies_out_of_quarantine
from pacs.index.studies import (
    series_counted,
    series_of_any,
    studies_unmatched_for,
    studies_visible_to,
)

ENDPOINT = endpoint_entry(f"{settings.PUBLIC_BASE_URL}{GATEWAY_PATH}", base=BASE)
_ENDPOINT = LocalEntry(ENDPOINT.resource, ENDPOINT.url)


@dataclass(frozen=True)
class _Unmatched(LocalEntry):
    """Whom the images name, who is no patient of ours yet."""

    @property
    def reference(self) -> Json:
        return self.resource


@dataclass(frozen=True, kw_only=True)
class SeriesTokenParameter(TokenParameter):
    """Studies with a series that has the code."""

    def condition(self, name: str, modifier: str, text: str) -> Q:
        wanted = super().condition(name, modifier, text)
        if wanted == NOTHING:
            return NOTHING
        return Q(pk__in=series_of_any().filter(wanted).values("study"))

    def absent(self) -> Q:
        return ~Q(pk__in=series_of_any().filter(~super().absent()).values("study"))


def _subject(study: Any) -> LocalEntry:
    if study.patient_id:
        return refer("Patient", study.patient_id)
    named = {
        "type": "Patient",
        "identifier": compact({"value": study.dicom_patient_id}),
        "display": study.dicom_patient_name or "Unmatched study",
    }
    return _Unmatched(compact(named), "")


def _imaging_study(study: Any) -> Json:
    prefetch_related_objects(list(study.series.all()), "instances")
    return _said(study, with_instances=True)


def _without_instances(study: Any) -> Json:
    return _said(study, with_instances=False)


def _said(study: Any, *, with_instances: bool) -> Json:
    order = study.order if study.patient_id else None
    requester = refer("Practitioner", order.ordered_by_id) if order else None
    subject = _subject(study)
    encounter = order and order.encounter_id
    actors = Actors(
        patient=subject,
        encounter=refer("Encounter", encounter) if encounter else None,
        order=refer("ServiceRequest", order.pk) if order else None,
        requester=requester,
        approver=subject,
        editor=None,
        device=None,
    )
    facts = study_facts(study, study.series.all(), with_instances=with_instances)
    return imaging_study_entry(facts, actors, _ENDPOINT).resource


def _with_series(rows: QuerySet[Any]) -> QuerySet[Any]:
    series = Prefetch("series", series_counted())
    return rows.select_related("order").prefetch_related(series)


def _unmatched(user: Person) -> QuerySet[Any]:
    return _with_series(studies_out_of_quarantine(studies_unmatched_for(user)))


_of_images = {
    "identifier": TokenParameter(field="study_instance_uid", system=DICOM_UID, prefix="urn:oid:"),
    "patient": ReferenceParameter(field="patient", target="Patient"),
    "subject": ReferenceParameter(field="patient", target="Patient"),
    "started": DateParameter(field="study_date", day=True, sort=True),
    "modality": SeriesTokenParameter(field="modality", system=DCM),
    "series": SeriesTokenParameter(field="series_instance_uid"),
    "instance": SeriesTokenParameter(field="instances__sop_instance_uid"),
    "status": FixedTokenParameter(
        given=(("http://hl7.org/fhir/imagingstudy-status", "available"),)
    ),
}
_parameters = {
    **_of_images,
    "basedon": ReferenceParameter(field="order", target="ServiceRequest"),
    "encounter": ReferenceParameter(field="order__encounter", target="Encounter"),
    "referrer": ReferenceParameter(field="order__ordered_by", target="Practitioner"),
}

register(
    ResourceType(
        name="ImagingStudy",
        sources=(
            ResourceSource(
                rows=lambda user: _with_series(studies_visible_to(user)),
                render=_imaging_study,
                abridged=_without_instances,
                updated="updated_at",
                parameters=_parameters,
            ),
            ResourceSource(
                rows=_unmatched,
                render=_imaging_study,
                abridged=_without_instances,
                updated="updated_at",
                parameters=_of_images,
            ),
        ),
    )
)
register(ResourceType(name="Endpoint", fixed=lambda _: [stamped(ENDPOINT.resource)]))
