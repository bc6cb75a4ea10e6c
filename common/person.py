"""Protocols of a user, for all apps below ``acct``."""

from __future__ import annotations

from typing import Any, Protocol


class Actor(Protocol):
    """The user data that audit records contain."""

    @property
    def pk(self) -> Any: ...
    @property
    def username(self) -> str: ...
    @property
    def role(self) -> str: ...


class Person(Actor, Protocol):
    """A user; if not logged in, ``pk`` is None, the names and ``role`` are empty."""

    @property
    def full_name(self) -> str: ...
    @property
    def is_active(self) -> bool: ...
    @property
    def custom_role(self) -> Any:
        """The role of the hospital's own that changes what ``role`` may; None without one."""

    def has_permission(self, permission: str) -> bool:
        """Whether the role has ``permission``; ``visible_to`` decides about rows."""
