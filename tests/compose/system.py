"""The system of docker-compose.prod.yml as a hospital without internet runs it, and its people."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import requests

from ai.management.main_job import MainJob
from common.http.api_client import ApiCallFailed, ApiClient, wait_until
from deploy.native.layout import ROOT
from pacs.management.nifti_to_dicom import SAMPLES, write_series
from pacs.management.uploader import Uploader
from tests.compose.engine import Engine, run

FILES = ("docker-compose.prod.yml", "docker-compose.offline.yml")
PASSWORDS = {
    "chief": "Long-Winter-Evening-9",
    "doctor": "Quiet-River-Morning-7",
    "radiologist": "Green-Paper-Lantern-5",
}
ONE_SHOT = {"prepare", "migrate"}
_INSTANCES = """
import json
import requests
from django.conf import settings
archive = requests.Session()
archive.auth = settings.ORTHANC_CREDENTIALS
at = f"{settings.ORTHANC_URL}/instances"
ids = archive.get(at).json()
print(json.dumps({one: archive.get(f"{at}/{one}/attachments/dicom/md5").text for one in ids}))
"""
_REPORTS = """
import json
import requests
from django.conf import settings
found = requests.get(
    f"{settings.HAPI_URL}/DiagnosticReport",
    params={"_count": "500"},
    headers={"Authorization": f"Bearer {settings.HAPI_TOKEN}"},
).json().get("entry", [])
print(json.dumps({one["resource"]["id"]: one["resource"]["meta"]["versionId"] for one in found}))
"""
"""Asked of the servers themselves: an older version has other modules."""
_CLIENT = (
    "MYSQL_PWD=$(cat /run/secrets/database_owner_password) "
    "exec mariadb --host=127.0.0.1 --user=cdss_owner cdss_db"
)
VOLATILE = {
    "audit_audithead",  # the last signed head, another one each minute
    "django_celery_beat_periodictask",
    "django_celery_beat_periodictasks",
    "ris_archivelogcursor",  # how far the archive's log was read
}
"""Tables in which a row may change while nobody works."""

REWRITTEN = {
    ("outbox_outboxevent", "handler"),
    ("acct_session", "expires_at"),
    *(("ris_scheduledstudy", name) for name in ("state", "reason", "content_hash", "removed_at")),
}
"""Columns into which a migration writes (new names of code, earlier ends of sessions), or the time:
an order leaves the modality worklist when no image has come for a while."""

Table = tuple[tuple[str, ...], set[tuple[str, ...]]]
Rows = dict[str, Table]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("", 0))
        return int(found.getsockname()[1])


@dataclass
class System:
    """One project of compose: its files, its secrets, its address."""

    engine: Engine
    state: Path
    checkout: Path = ROOT
    project: str = "neuronova-test"
    settings: dict[str, str] = field(default_factory=dict)
    study: str | None = None

    def __post_init__(self) -> None:
        port = free_port()
        self.settings = {
            "COMPOSE_PROJECT_NAME": self.project,
            "PUBLIC_HOST": f"localhost:{port}",
            "TLS_MODE": "files",
            "CDSS_SECRETS": str(self.state / "secrets"),
            "CDSS_TLS": str(self.state / "tls"),
            "CDSS_HTTP_PORT": str(free_port()),
            "CDSS_HTTPS_PORT": str(port),
            "COMPOSE_FILE": ":".join(FILES),
        }
        os.environ["REQUESTS_CA_BUNDLE"] = str(self.state / "tls" / "fullchain.pem")

    @property
    def base_url(self) -> str:
        return f"https://{self.settings['PUBLIC_HOST']}"

    @property
    def environment(self) -> dict[str, str]:
        return self.engine.environment | self.settings

    def make_secrets(self) -> None:
        """Its own secrets and a certificate of its own authority."""
        run(ROOT / "deploy" / "make_secrets.sh", self.settings["CDSS_SECRETS"])
        folder = Path(self.settings["CDSS_TLS"])
        if folder.exists():
            return
        folder.mkdir()
        make_certificate(folder, "fullchain.pem", "privkey.pem")
        for path in (*folder.iterdir(), folder):
            os.chown(path, 10001, 10001)

    def compose(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return run(
            "docker",
            "compose",
            *arguments,
            env=self.environment | options.pop("settings", {}),
            cwd=options.pop("cwd", self.checkout),
            **options,
        )

    def up(self) -> None:
        """As the guide says, and nothing else before or after."""
        self.compose("up", "--detach", "--build")
        self.wait_ready()

    def down(self, *options: str) -> None:
        self.compose("--profile", "*", "down", "--timeout", "20", *options)

    def inside(self, service: str, *command: str, **options: Any) -> str:
        return self.compose("exec", "-T", service, *command, **options).stdout

    def manage(self, *arguments: str, **options: Any) -> str:
        return self.inside("django", "deploy/run.sh", "manage", *arguments, **options)

    def containers(self) -> dict[str, dict[str, Any]]:
        """Each service of the project with what ``docker inspect`` tells of its container."""
        found = self.compose("ps", "--all", "--quiet").stdout.split()
        if not found:
            return {}
        described = json.loads(self.engine.docker("inspect", *found).stdout)
        return {row["Config"]["Labels"]["com.docker.compose.service"]: row for row in described}

    def unhealthy(self) -> dict[str, str]:
        """What is not as it should be, by service."""
        found = {}
        for name, container in self.containers().items():
            state = container["State"]
            if name in ONE_SHOT:
                if state["Status"] != "exited" or state["ExitCode"] != 0:
                    found[name] = state["Status"]
            elif state["Status"] != "running":
                found[name] = state["Status"]
            elif state.get("Health", {}).get("Status", "healthy") != "healthy":
                found[name] = state["Health"]["Status"]
        return found

    def wait_ready(self, timeout_s: float = 300) -> None:
        """Until every container is well and the address answers."""
        wait_until(
            lambda: self.unhealthy() or self._answer(),
            lambda wrong: not wrong,
            what="the containers",
            timeout_s=timeout_s,
        )

    def _answer(self) -> str:
        try:
            answer = requests.get(f"{self.base_url}/healthz", timeout=10)
        except OSError as error:
            return str(error)
        return "" if answer.ok else f"status {answer.status_code}"

    def kill(self, service: str) -> None:
        """SIGKILL what runs in the container, from outside, as the kernel does for memory."""
        os.kill(self.containers()[service]["State"]["Pid"], signal.SIGKILL)

    def login(self, username: str) -> ApiClient:
        return ApiClient.logged_in(self.base_url, username, PASSWORDS[username])

    def populate(self, folder: Path) -> None:
        """The first administrator, two people, a patient, an order and its images."""
        self.manage("create_admin", "chief", input=PASSWORDS["chief"] + "\n")
        admin = self.login("chief")
        for username, role in (("doctor", "doctor"), ("radiologist", "rib")):
            row = {"username": username, "password": PASSWORDS[username], "role": role}
            admin.post("acct/users/", json=row)
        doctor, sample = self.login("doctor"), SAMPLES[0]
        patient = doctor.post(
            "emr/patients/",
            json={
                "patient_id": sample.patient_id,
                "full_name": "김민준",
                "birth_date": sample.patient_birth_date.isoformat(),
                "gender": sample.patient_sex,
            },
        )
        order = doctor.post(
            "ocs/orders/",
            json={"patient": patient["id"], "job_role": "RIS", "job_type": "MR_BRAIN"},
        )
        write_series(
            sample,
            folder,
            accession_number=order["accession_number"],
            study_date=date(2026, 3, 2),
        )
        uploader = Uploader(self.login("radiologist"))
        uploader.send(folder, lambda done, total: None)
        uploader.wait_indexed()
        (self.study,) = uploader.instances

    def main_job(self) -> float:
        """Play the main job; return how long it took (s)."""
        job = MainJob(self.base_url, print, self.study, PASSWORDS)
        job.run()
        return sum(job.timings.values())

    def take_study(self, username: str) -> None:
        """This person reads the study."""
        path = f"ris/studies/{self.study}/reading/"
        self.login(username).post(path, json={"status": "READING"})

    def reader(self) -> str:
        """Who reads the study."""
        study = self.login("doctor").get(f"ris/studies/{self.study}/")
        assert study["reading_status"] == "READING"
        return str(study["reader"]["username"])

    def works(self) -> bool:
        """Whether a person is let in, sees the study, and gets pixels through the gateway."""
        try:
            doctor = self.login("doctor")
            (series,) = (
                row
                for row in doctor.get(f"ris/studies/{self.study}/")["series"]
                if row["modality"] == "MR"
            )
            path = f"ris/dicom-web/studies/{self.study}/series/{series['series_instance_uid']}"
            instances = doctor.get(f"{path}/instances", limit=1)
            uid = instances[0]["00080018"]["Value"][0]
            return len(doctor.call("GET", f"{path}/instances/{uid}/frames/1").content) > 1000
        except (ApiCallFailed, OSError):
            return False

    def settled_rows(self) -> Rows:
        """The rows once nothing is on its way any more: frames, audit entries, events."""
        self.wait_fast_frames()
        found: list[Rows] = [{}]

        def is_quiet() -> bool:
            found.append(self.rows())
            time.sleep(5)  # the audit buffer is emptied every 2 s
            return not missing(found[-1], self.rows())

        wait_until(is_quiet, bool, what="a quiet database")
        return found[-1]

    def wait_fast_frames(self) -> None:
        """Until the frames in HTJ2K are made, which are in no backup."""
        wait_until(
            lambda: self._sql("SELECT htj2k FROM ris_instance WHERE htj2k = 'WAITING'")[1],
            lambda waiting: not waiting,
            what="frames in HTJ2K",
            timeout_s=300,
        )

    def rows(self) -> Rows:
        """Every row of every table as text: the names of its columns first."""
        found = {}
        for (table,) in self._sql("SHOW TABLES")[1]:
            found[table] = self._sql(f"SELECT * FROM `{table}`")  # noqa: S608 (our own tables)
        return found

    def _sql(self, text: str) -> Table:
        lines = self.inside("mysql", "bash", "-c", _CLIENT, input=text).splitlines()
        cells = [tuple(line.split("\t")) for line in lines]
        return (cells[0], set(cells[1:])) if cells else ((), set())

    def instances(self) -> dict[str, str]:
        """Every DICOM instance of the archive and the MD5 of its file."""
        found: dict[str, str] = json.loads(self.manage("shell", "-v0", "-c", _INSTANCES))
        return found

    def reports(self) -> dict[str, str]:
        """Every DiagnosticReport of the FHIR server and its version."""
        command = ("deploy/run.sh", "manage", "shell", "-v0", "-c", _REPORTS)
        found: dict[str, str] = json.loads(self.inside("worker-fhir", *command))
        return found

    def files(self) -> list[str]:
        """Every mask and its SHA-256."""
        script = "cd /data/ai_seg && find . -type f -print0 | sort -z | xargs -0 sha256sum"
        return self.inside("django", "bash", "-c", script).splitlines()


def missing(before: Rows, after: Rows) -> dict[str, set[tuple[str, ...]]]:
    """Rows that were there and are not, by table, in the columns that are there before and after:
    an update brings and takes away columns, and what it renames is in none of them."""
    found = {}
    for table, (columns, rows) in before.items():
        names, others = after.get(table, ((), set()))
        shared = [c for c in columns if c in names and (table, c) not in REWRITTEN] or columns
        lost = _cut(rows, columns, shared) - _cut(others, names, shared)
        if lost and table not in VOLATILE:
            found[table] = lost
    return found


def _cut(
    rows: set[tuple[str, ...]], names: tuple[str, ...], columns: Sequence[str]
) -> set[tuple[str, ...]]:
    places = [names.index(column) for column in columns if column in names]
    return {tuple(row[place] for place in places) for row in rows}


def make_certificate(folder: Path, certificate: str, key: str, host: str = "localhost") -> None:
    """A certificate for ``host`` that is its own authority."""
    run(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"),
        *("-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"),
        *("-keyout", folder / key, "-out", folder / certificate),
    )
