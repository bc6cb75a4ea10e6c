"""What a resource type is: where its rows are, how they are searched and said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from fhir.services.resources.elements import BundleEntry, Json, compact, moment
from fhir.services.resources.narrative import has_narrative, narrative


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
    """Rows that each are one resource, ``prefix`` + primary key its id.

    ``rows``: those that exist for a person; ``render``: without id and meta; ``updated``: the
    column of ``_lastUpdated``; ``patient``: whose a row is, for the record of reading it.
    """

    rows: Callable[[Person], QuerySet[Any]]
    render: Callable[[Any], Json]
    parameters: Mapping[str, SearchParameter]
    prefix: str = ""
    updated: str = ""
    patient: Callable[[Any], int | None] = attrgetter("patient_id")

    @property
    def every_parameter(self) -> Mapping[str, SearchParameter]:
        own: dict[str, SearchParameter] = {
            "_id": TokenParameter(field="pk", prefix=self.prefix, number=True)
        }
        if self.updated:
            own["_lastUpdated"] = DateParameter(field=self.updated, sort=True)
        return own | dict(self.parameters)

    def resource(self, row: Any) -> Json:
        """``meta.versionId`` is a digest of what the resource says: nothing else changes it."""
        made = self.render(row)
        if has_narrative(made):
            made = {**made, "text": narrative(made)}
        updated = attrgetter(self.updated.replace("__", "."))(row) if self.updated else None
        meta = {"lastUpdated": updated and moment(updated), **made.get("meta", {})}
        return stamped(compact({**made, "id": f"{self.prefix}{row.pk}", "meta": compact(meta)}))

    def row(self, user: Person, key: str) -> Any:
        """None if it is not of this source, or does not exist for this person."""
        pk = search_values.primary_key(key.removeprefix(self.prefix))
        if not key.startswith(self.prefix) or pk is None:
            return None
        return self.rows(user).filter(pk=pk).first()


def stamped(resource: Json) -> Json:
    said = {**resource, "meta": {**resource.get("meta", {}), "lastUpdated": None}}
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
        return {name: p for name, p in self.parameters.items() if isinstance(p, ReferenceParameter)}


REGISTRY: dict[str, ResourceType] = {}


def register(kind: ResourceType) -> ResourceType:
    REGISTRY[kind.name] = kind
    return kind
