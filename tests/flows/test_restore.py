"""Backup while the system runs, everything destroyed, restore: row by row, image by image.

What comes after (test_web_traces) runs on the restored system.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
import requests

from common.http.api_client import wait_until
from deploy.backup.native_system import make_password, password_file
from pacs.tests.dicom_files import mr_image, part10
from tests.flows.conftest import thorough, upload, verify_audit
from tests.flows.images import unique_patient_id

pytestmark = pytest.mark.last(1)
ROOT = Path(__file__).resolve().parents[2]
TUMOUR = "P2026-0002"
FHIR_TYPES = ("DiagnosticReport", "ImagingStudy", "Observation", "Device", "Provenance", "Patient")
MOVING = {
    "audit_auditcursor",
    "audit_audithead",
    "django_celery_beat_periodictask",
    "django_celery_beat_periodictasks",
    "ris_changecursor",
}
"""Rows that the running system changes by itself."""
MOVING_COLUMNS = {"htj2k", "htj2k_reason", "last_used_at"}
"""Of images: whether there are frames in HTJ2K, which are made anew. Of sessions: their last use,
which the requests of this test move."""
UNSETTLED = """
    SELECT (SELECT COUNT(*) FROM ris_study WHERE stable_at IS NULL)
         + (SELECT COUNT(*) FROM outbox_outboxevent WHERE status = 'PENDING')"""


def run(stack, program, *arguments):
    done = subprocess.run(
        [ROOT / "bin" / program, *arguments, "--name", stack.layout.name],
        env={**os.environ, "CDSS_NATIVE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout, done.stderr)
    return done


def unsettled(stack):
    """What the workers still have to change by themselves."""
    return stack.number(UNSETTLED)


def frame_status(doctor, study):
    """Of a frame that a viewer asks for, which was in HTJ2K before."""
    root = f"ris/dicom-web/studies/{study}"
    found = next(i for i in doctor.get(f"{root}/instances") if i["00080060"]["Value"] == ["MR"])
    series, uid = (found[tag]["Value"][0] for tag in ("0020000E", "00080018"))
    return doctor.session.get(
        f"{doctor.base_url}/api/{root}/series/{series}/instances/{uid}/frames/1",
        headers={"Accept": 'multipart/related; type="application/octet-stream"'},
        timeout=60,
    ).status_code


class Holdings:
    """What the stores hold, asked of each of them and not of the code that saves them."""

    def __init__(self, stack) -> None:
        settings = stack.settings
        self.tables = self._tables(stack)
        with requests.Session() as session:
            session.auth = (settings["ORTHANC_USERNAME"], settings["ORTHANC_PASSWORD"])
            orthanc = f"{settings['ORTHANC_URL']}/instances"
            self.images = {
                found: session.get(f"{orthanc}/{found}/attachments/dicom/md5").text
                for found in session.get(orthanc).json()
            }
        self.resources = {
            (kind, entry["resource"]["id"], entry["resource"]["meta"]["versionId"])
            for kind in FHIR_TYPES
            for entry in self._fhir(settings, kind)
        }
        store = stack.layout.cdss_data / "ai_seg"
        self.masks = {
            str(path.relative_to(store)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in store.rglob("*.nii.gz")
        }

    @staticmethod
    def _tables(stack):
        with stack.database() as cursor:
            cursor.execute("SHOW TABLES")
            tables = {}
            for (name,) in cursor.fetchall():
                cursor.execute(f"SELECT * FROM `{name}`")  # noqa: S608 (its name is the database's)
                columns = [column for column, *_ in cursor.description]
                kept = [n for n, column in enumerate(columns) if column not in MOVING_COLUMNS]
                rows = cursor.fetchall()
                tables[name] = Counter(repr([row[n] for n in kept]) for row in rows)
            return {name: rows for name, rows in tables.items() if name not in MOVING}

    @staticmethod
    def _fhir(settings, kind):
        answer = requests.get(
            f"{settings['HAPI_URL']}/{kind}",
            params={"_count": 500, "_elements": "id"},
            headers={"Authorization": f"Bearer {settings['HAPI_TOKEN']}"},
            timeout=60,
        )
        assert answer.ok
        return answer.json().get("entry", [])

    def lost(self, later):
        """What was there and is not in ``later``."""
        return {
            name: list((rows - later.tables[name]).elements())[:3]
            for name, rows in self.tables.items()
            if rows - later.tables[name]
        }


@pytest.fixture
def unseen(stack, login, tmp_path):
    """An image that is in the archive while its worker is away, so that no row knows it."""
    path = tmp_path / "unseen.dcm"
    data = mr_image(PatientID=unique_patient_id())
    path.write_bytes(part10(data))
    answer = upload(login("radiologist"), [path])
    assert answer.status_code == 201, answer.text
    return str(data.StudyInstanceUID)


def looks(admin, request_id):
    found = admin.get("audit/logs/", request_id=request_id)["results"]
    return [row for row in found if row["action"].startswith("dicomweb")]


@thorough
def test_nothing_is_lost(stack, login, studies, ask_studies, tmp_path, request):
    stack.manage("run_main_job", "--once")
    wait_until(lambda: unsettled(stack), lambda count: count == 0, what="rest", timeout_s=120)
    quick = "SELECT COUNT(*) FROM ris_instance WHERE htj2k = 'STORED'"
    wait_until(lambda: stack.number(quick), bool, what="frames in HTJ2K", timeout_s=120)
    doctor, target = login("doctor"), str(tmp_path / "repository")
    stack.stop_one("worker-django")
    unseen = request.getfixturevalue("unseen")
    seen = doctor.session.get(
        f"{doctor.base_url}/api/ris/dicom-web/studies/{studies[TUMOUR]}/series", timeout=30
    )
    before = Holdings(stack)
    assert len(before.images) > 100
    assert len(before.masks) > 1
    assert before.resources

    done = run(stack, "backup", target, "--check", "100%")
    assert done.returncode == 0
    repository = Path(target)
    assert all(b"P2026" not in p.read_bytes() for p in repository.rglob("*") if p.is_file())
    again = run(stack, "backup", target)
    assert again.returncode == 0
    assert "images were deleted" not in again.stdout

    refused = run(stack, "restore", target)
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    stack.stop()
    shutil.rmtree(stack.layout.data)
    restored = run(stack, "restore", target)
    assert restored.returncode == 0
    assert "the audit record is intact" in restored.stdout

    assert frame_status(doctor, studies[TUMOUR]) == 200
    after = Holdings(stack)
    assert before.images.items() <= after.images.items()
    assert before.masks == after.masks
    assert before.resources <= after.resources
    assert before.lost(after) == {}
    ask_studies.wait_unmatched(unseen)
    admin = login("admin")
    verified = verify_audit(admin)
    assert (verified["intact"], verified["breaks"], len(verified["restarts"])) == (True, [], 1)
    request_id = seen.headers["X-Request-ID"]
    wait_until(lambda: looks(admin, request_id), bool, what="the record of a look")
    assert len(looks(admin, request_id)) == 1
    assert Holdings(stack).resources == before.resources, "nothing was sent to FHIR again"


def test_a_damaged_or_foreign_backup_is_refused(stack, tmp_path):
    """Before anything is deleted: the system still stands."""
    make_password(password_file(stack.layout.env_file.parent))
    nothing = run(stack, "restore", str(tmp_path / "nothing"), "--force")
    assert nothing.returncode == 1
    assert "restic" in nothing.stderr
    assert unsettled(stack) is not None
