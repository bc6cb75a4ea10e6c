"""Who asks or acts, as far as everything but the accounts needs to know."""

from __future__ import annotations

from typing import Any, Protocol


class Actor(Protocol):
    """What a record keeps of a person."""

    @property
    def pk(self) -> Any: ...
    @property
    def username(self) -> str: ...
    @property
    def role(self) -> str: ...


class Person(Actor, Protocol):
    """A user, or nobody: then ``pk`` is None, the names and ``role`` are empty."""

    @property
    def full_name(self) -> str: ...
    @property
    def is_active(self) -> bool: ...

    def has_permission(self, permission: str) -> bool:
        """Whether the role holds ``permission`` at all; rows are decided by ``visible_to``."""
