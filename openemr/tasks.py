from __future__ import annotations

from contextlib import suppress

from common.errors import ExternalError
from common.tasks import task
from openemr import outage


@task(queue="django_tasks", expires=5)
def probe() -> None:
    """So that what waits is delivered although nobody looks at a page."""
    with suppress(ExternalError):
        outage.probe()
