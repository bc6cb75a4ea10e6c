"""Records each access to images, refused ones too; without a record nothing is served."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from audit import services as audit
from audit.choices import Outcome
from common.errors import AppError
from common.person import Actor
from pacs.index.lookup import patient_id_of

_REFUSED = frozenset({401, 403, 404, 405})


@dataclass(slots=True)
class AccessRecord:
    """An access while it is being decided; fields are set as they become known.

    ``patients``: whom a search showed. ``outcome``: to record if the access is allowed.
    """

    action: str
    permission: str
    object_type: str = ""
    object_id: str = ""
    actor: Actor | None = None
    patient_id: int | None = None
    patients: Collection[int | None] = ()
    detail: dict[str, Any] = field(default_factory=dict)
    outcome: Outcome = Outcome.OK

    def record(self, outcome: Outcome) -> None:
        """Write the record. Raises ExternalError (503) if that is not possible."""
        audit.record_buffered(
            actor=self.actor,
            action=self.action,
            object_type=self.object_type,
            object_id=self.object_id,
            patient_id=self.patient_id,
            permission=self.permission,
            outcome=outcome,
            detail=self.detail,
            patients=self.patients,
        )


@contextmanager
def access_recorded(access: AccessRecord) -> Iterator[AccessRecord]:
    """Decide inside the block; serve only after it.

    Without an exception the access is recorded as allowed; with one it is recorded as denied or
    failed, and the exception is raised. Raises ExternalError (503) if the record cannot be written.
    """
    try:
        yield access
    except Exception as error:
        refused = isinstance(error, AppError) and error.status in _REFUSED
        if refused and access.patient_id is None:
            access.patient_id = patient_id_of(access.object_type, access.object_id)
        access.record(Outcome.DENIED if refused else Outcome.FAILED)
        raise
    access.record(access.outcome)
