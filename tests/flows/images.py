"""Images and questions that the flows share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from common.http.api_client import ApiClient, wait_until


def unique_patient_id() -> str:
    return f"FLOW-{uuid4().hex[:12]}"


@dataclass(frozen=True)
class StudyQuestions:
    """What the public API shows of a study."""

    login: Callable[[str], ApiClient]

    def unmatched_instances(self, uid: str) -> int:
        rows = self.login("radiologist").get("ris/unmatched/", study_instance_uid=uid)["results"]
        return sum(row["instances"] for row in rows)

    def wait_unmatched(self, uid: str, instances: int = 1) -> None:
        wait_until(
            lambda: self.unmatched_instances(uid),
            lambda found: found >= instances,
            what=f"{instances} unmatched instances",
            timeout_s=60,
        )
        assert self.unmatched_instances(uid) == instances
