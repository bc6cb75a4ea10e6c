"""200 radiologists at once on the application's server: they poll the worklist, take the next
study each, type and sign. What each request takes, and what is lost.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests

from common.http.api_client import wait_until
from deploy.native import health
from deploy.native.layout import ROOT
from deploy.native.ports import choose
from ris.models import Reading, Report, ReportVersion

READERS = 200
LASTS_S = 60.0
POLL_EVERY_S = 10.0
SAVES, PAUSE_S = 3, 1.0
TRIES = 30
REPORTS = "reports/"


@contextmanager
def server_of(database: str) -> Iterator[str]:
    """The application's server, as it always runs, on another database; the address of its API."""
    port = choose(set())
    url = urlsplit(os.environ["DATABASE_OWNER_URL"])._replace(path=f"/{database}")
    changed = {"DATABASE_OWNER_URL": urlunsplit(url), "DJANGO_PORT": str(port)}
    running = subprocess.Popen(
        [ROOT / "deploy" / "run.sh", "django"],
        env=os.environ | changed,
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: health.listens(port), bool, what="the server")
        yield f"http://127.0.0.1:{port}/api/ris/"
    finally:
        running.terminate()
        running.wait()


@dataclass
class Radiologist:
    """Somebody who polls all the time, and reads one study."""

    address: str
    user: int
    password: str
    session: requests.Session = field(default_factory=requests.Session)
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: list[str] = field(default_factory=list)
    study: str = ""
    report: int = 0
    typed: dict[str, str] = field(default_factory=dict)

    def ask(self, kind: str, method: str, path: str, version: int = 0, **body: Any) -> Any:
        """The answer in JSON, timed; nothing if it was refused, which is noted.

        Passwords are checked a few at a time: who is told to wait (429) asks again.
        """
        headers = {"If-Match": f'"{version}"'} if version else {}
        for _ in range(TRIES):
            begun = time.perf_counter()
            answer = self.session.request(
                method, self.address + path, json=body or None, headers=headers, timeout=120
            )
            self.times[kind].append((time.perf_counter() - begun) * 1000)
            if answer.ok:
                return answer.json()
            self.refused.append(f"{kind} {answer.status_code}")
            if answer.status_code != 429:
                break
            time.sleep(PAUSE_S)
        return {}

    def read(self) -> None:
        taken = self.ask("next", "POST", "worklist/next/", ordering="target")
        self.study = taken.get("study_instance_uid", "")
        begin = {"study_instance_uid": self.study, "template": "general", "language": "en"}
        report = self.ask("begin", "POST", REPORTS, **begin)
        self.report = report.get("id", 0)
        for number in range(SAVES):
            time.sleep(PAUSE_S)
            text = {"findings": f"{self.study} {number}", "impression": f"as typed {number}"}
            path = f"{REPORTS}{self.report}/"
            saved = self.ask("save", "PATCH", path, report.get("version", 1), sections=text)
            if saved:
                self.typed, report = text, saved
        path = f"{REPORTS}{self.report}/sign/"
        self.ask("sign", "POST", path, report.get("version", 1), password=self.password)

    def work(self) -> None:
        """Polls at a place of its own within the interval, and reads at a time of its own."""
        time.sleep(random.random() * POLL_EVERY_S)
        end = time.monotonic() + LASTS_S
        reads_at = time.monotonic() + random.random() * LASTS_S * 2 / 3
        while time.monotonic() < end:
            due = time.monotonic() + POLL_EVERY_S
            self.ask("poll", "GET", "worklist/?state=unread,being_read")
            if not self.study and time.monotonic() >= reads_at:
                self.read()
            time.sleep(max(0.0, due - time.monotonic()))
        if not self.study:
            self.read()


def _percentile(times: Sequence[float], percent: int) -> float:
    return round(statistics.quantiles(times, n=100, method="inclusive")[percent - 1], 1)


def lost_locks(readers: Sequence[Radiologist]) -> int:
    """Studies that two took, or that the database says another one has."""
    holders = dict(Reading.objects.values_list("study__study_instance_uid", "reader"))
    own = {one.study for one in readers if holders.get(one.study) == one.user}
    return len(readers) - len(own)


def lost_reports(readers: Sequence[Radiologist]) -> int:
    """Not signed, or without what the server had said that it had saved."""
    lost = 0
    for one in readers:
        report = Report.objects.filter(pk=one.report).first()
        newest = ReportVersion.objects.filter(report=one.report).order_by("-number").first()
        kept = newest is not None and one.typed.items() <= newest.sections.items()
        lost += not (report and report.status == "signed" and one.typed and kept)
    return lost


def readers_measured(database: str, people: Sequence[tuple[int, str]], password: str) -> Any:
    """``people``: the id and the Authorization of each."""
    with server_of(database) as address:
        readers = [Radiologist(address, user, password) for user, _ in people]
        for one, (_, authorization) in zip(readers, people, strict=True):
            one.session.headers["Authorization"] = authorization
        with ThreadPoolExecutor(len(readers)) as pool:
            list(pool.map(Radiologist.work, readers))
    found: dict[str, Any] = {"readers": len(readers)}
    for kind in ("poll", "next", "begin", "save", "sign"):
        times = [each for one in readers for each in one.times[kind]]
        found |= {f"{kind}_p{percent}_ms": _percentile(times, percent) for percent in (50, 99)}
        print(
            f"{len(times):>9,}  {kind:32} median {found[f'{kind}_p50_ms']:7.1f}"
            f"  p99 {found[f'{kind}_p99_ms']:7.1f} ms",
            flush=True,
        )
    refused = sorted({each for one in readers for each in one.refused})
    found |= {"refused": sum(len(one.refused) for one in readers), "refusals": refused}
    found |= {"lost_locks": lost_locks(readers), "lost_reports": lost_reports(readers)}
    print(f"{found['lost_locks']} locks and {found['lost_reports']} reports lost, {refused}")
    return found
