"""What was accepted, for those who lay images over each other; what is to be judged before that."""

from __future__ import annotations

from collections.abc import Collection

from common.errors import ErrorCode, NotFound
from common.person import Person
from rbac.permissions import Permission
from ris.choices import RegistrationStatus
from ris.models import Registration, RegistrationPicture


def registrations_between(user: Person, frames: Collection[str]) -> list[Registration]:
    """The accepted ones from one of these frames of reference to another, newest first."""
    rows = Registration.objects.visible_to(user).filter(
        status=RegistrationStatus.ACCEPTED, fixed_frame__in=frames, moving_frame__in=frames
    )
    return [row for row in rows if row.fixed_frame != row.moving_frame]


def registration_picture(user: Person, registration_id: int) -> RegistrationPicture:
    """Of one that waits for this person's decision. Raises NotFound.

    Neither before nor after that are two frames of reference shown by it.
    """
    rows = Registration.objects.visible_to(user, Permission.REVIEW_AI)
    waiting = rows.filter(pk=registration_id, status=RegistrationStatus.DONE)
    found = RegistrationPicture.objects.select_related("registration").filter(
        registration__in=waiting
    )
    picture = found.first()
    if picture is None:
        detail = f"registration {registration_id}"
        raise NotFound(ErrorCode.REGISTRATION_NOT_FOUND, detail, "id")
    return picture
