"""What an attacker knows, and an attack."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Images:
    """One instance and where it belongs."""

    study: str
    series: str
    instance: str
    orthanc_id: str

    @property
    def path(self) -> str:
        return f"/studies/{self.study}/series/{self.series}/instances/{self.instance}"


@dataclass(frozen=True)
class World:
    """What the attacker knows: everything but a right."""

    own: Images
    victim: Images
    victim_patient: int
    token: str
    sender_token: str
    """Of an account that may send images."""

    @property
    def bearer(self) -> tuple[str, str]:
        return ("Authorization", f"Bearer {self.token}")

    @property
    def sender(self) -> tuple[str, str]:
        return ("Authorization", f"Bearer {self.sender_token}")


@dataclass(frozen=True)
class Attack:
    """``harmless``: an answer of 200 is right, as long as it holds nothing of the victim's."""

    name: str
    data: bytes
    harmless: bool = False
