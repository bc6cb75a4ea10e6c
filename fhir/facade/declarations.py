"""What a resource type is: where its rows are, how they are searched and said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from json import dumps
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet

from common.person import Person
from fhir.facade import search_values
from fhir.facade.search_parameters import (
    DateParameter,
    ElementTokenParameter,
    ReferenceParameter,
    SearchParameter,
    TokenParameter,
)
from fhir.services.resources.elements import HL7, BundleEntry, Json, coding, compact, moment
from fhir.services.resources.narrative import has_narrative, narrative

SUBSETTED = coding(f"{HL7}/v3-ObservationValue", "SUBSETTED", "subsetted")
"""The tag of what does not say everything."""


@dataclass(frozen=True)
class LocalEntry(BundleEntry):
    """A resource under its id on this server, which others refer to by it."""

    @property
    def full_url(self) -> str:
        return f"{self.resource['resourceType']}/{self.resource['id']}"


def refer(resource_type: str, key: Any) -> LocalEntry:
    """To be referred to only."""
    return LocalEntry({"resourceType": resource_type, "id": str(key)}, "")


@dataclass(frozen=True, kw_only=True)
class ResourceSource:
    """Rows that each are one resource, ``prefix`` + ``key`` (a column) its id.

    ``rows``: those that exist for a person; ``render``: without id and meta; ``abridged``: how
    lists say it where the whole would be long; ``versions``: all of a resource, the newest first,
    where earlier ones are kept; ``updated``: the column of ``_lastUpdated``; ``patient``: whose a
    row is, for the record of reading it, or ``patients`` if of several. ``in_everything``: whether
    ``$everything`` has it unasked.
    """

    rows: Callable[[Person], QuerySet[Any]]
    render: Callable[[Any], Json]
    parameters: Mapping[str, SearchParameter]
    prefix: str = ""
    key: str = "pk"
    updated: str = ""
    abridged: Callable[[Any], Json] | None = None
    versions: Callable[[Person, Any], Iterable[Any]] | None = None
    patient: Callable[[Any], int | None] = attrgetter("patient_id")
    patients: Callable[[Any], Iterable[int | None]] | None = None
    in_everything: bool = True

    @property
    def every_parameter(self) -> Mapping[str, SearchParameter]:
        own: dict[str, SearchParameter] = {
            "_id": TokenParameter(field=self.key, prefix=self.prefix, number=True)
        }
        if self.updated:
            own["_lastUpdated"] = DateParameter(field=self.updated, sort=True)
        return own | dict(self.parameters)

    def shown(self, row: Any) -> list[int | None]:
        """Whose data a resource shows."""
        return list(self.patients(row)) if self.patients else [self.patient(row)]

    def resource(self, row: Any, *, abridged: bool = False) -> Json:
        """``meta.versionId`` is a digest of what the resource says: nothing else changes it.

        Of what has an abridged form it is that form's, so that a list and a read agree.
        """
        short = self.abridged(row) if self.abridged else None
        made = short if short and abridged else self.render(row)
        updated = attrgetter(self.updated.replace("__", "."))(row) if self.updated else None
        meta = {"lastUpdated": updated and moment(updated), **made.get("meta", {})}
        if short and abridged:
            meta["tag"] = [SUBSETTED]
        if has_narrative(made):
            made = {**made, "text": narrative(made)}
        whole = compact({**made, "id": self.id_of(row), "meta": compact(meta)})
        return stamped(whole, by=short)

    def id_of(self, row: Any) -> str:
        return f"{self.prefix}{getattr(row, self.key)}"

    def row(self, user: Person, key: str) -> Any:
        """None if it is not of this source, or does not exist for this person."""
        pk = search_values.primary_key(key.removeprefix(self.prefix))
        if not key.startswith(self.prefix) or pk is None:
            return None
        return self.rows(user).filter(**{self.key: pk}).first()


def stamped(resource: Json, *, by: Json | None = None) -> Json:
    """With its versionId: the digest of ``by``, else of the resource without the time."""
    said = by or {**resource, "meta": {**resource.get("meta", {}), "lastUpdated": None}}
    digest = sha256(dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:16]
    order = {"resourceType": None, "id": None, "meta": None} | resource
    return {**order, "meta": {"versionId": digest, **resource.get("meta", {})}}


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """``fixed``: resources that no table has, all of them."""

    name: str
    sources: tuple[ResourceSource, ...] = ()
    fixed: Callable[[Person], list[Json]] | None = None

    @property
    def parameters(self) -> dict[str, SearchParameter]:
        """By name, of all sources; the first that has it describes it."""
        if self.fixed is not None:
            return {"_id": ElementTokenParameter(), "identifier": ElementTokenParameter()}
        found: dict[str, SearchParameter] = {}
        for source in self.sources:
            found = dict(source.every_parameter) | found
        return found

    @property
    def references(self) -> dict[str, ReferenceParameter]:
        return {
            name: one
            for name, one in self.parameters.items()
            if isinstance(one, ReferenceParameter) and one.chained
        }


REGISTRY: dict[str, ResourceType] = {}


def register(kind: ResourceType) -> ResourceType:
    REGISTRY[kind.name] = kind
    return kind
