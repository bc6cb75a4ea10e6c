"""What was accepted, for those who lay images over each other."""

from __future__ import annotations

from collections.abc import Collection

from common.person import Person
from ris.choices import RegistrationStatus
from ris.models import Registration


def registrations_between(user: Person, frames: Collection[str]) -> list[Registration]:
    """The accepted ones from one of these frames of reference to another, newest first."""
    rows = Registration.objects.visible_to(user).filter(
        status=RegistrationStatus.ACCEPTED, fixed_frame__in=frames, moving_frame__in=frames
    )
    return [row for row in rows if row.fixed_frame != row.moving_frame]
