"""The main job as a person's clicks: steps over the public HTTP API alone."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from common.http.api_client import ApiCallFailed, ApiClient, wait_until

MODEL = "brain_extraction"
DEVELOPMENT_PASSWORDS = {"doctor": "doctor123", "radiologist": "radiologist123"}
JOB_ENDED = ("COMPLETED", "FAILED", "CANCELLED")
Say = Callable[[str], None]


@dataclass
class MainJob:
    """Does steps 1 to 6 on one study; keeps what it got and how long each step took (s)."""

    base_url: str
    say: Say
    study_instance_uid: str | None = None
    passwords: Mapping[str, str] = field(default_factory=lambda: DEVELOPMENT_PASSWORDS)
    timings: dict[str, float] = field(default_factory=dict)
    job: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.doctor = self._logged_in("doctor")
        self.radiologist = self._logged_in("radiologist")

    def _logged_in(self, username: str) -> ApiClient:
        return ApiClient.logged_in(self.base_url, username, self.passwords[username])

    @contextmanager
    def step(self, name: str, text: str) -> Iterator[list[str]]:
        """Time a step; what it appends to the list stands behind its line."""
        notes: list[str] = []
        start = time.monotonic()
        yield notes
        self.timings[name] = round(time.monotonic() - start, 3)
        self.say(f"  {text:<46} {self.timings[name]:7.2f} s   {', '.join(notes)}")

    def published_before(self) -> dict[str, Any] | None:
        """A job of this study that already went the whole way."""
        study = self.find_study()
        jobs = self.doctor.get(
            "ai/jobs/", study_instance_uid=study["study_instance_uid"], review_status="APPROVED"
        )["results"]
        for row in jobs:
            job: dict[str, Any] = self.doctor.get(f"ai/jobs/{row['id']}/")
            if job["publication"]["status"] == "PUBLISHED":
                return job
        return None

    def find_study(self) -> dict[str, Any]:
        """The study asked for, or the newest MR study of the first sample patient."""
        if self.study_instance_uid is None:
            found = self.doctor.get("ris/studies/", patient_id="P2026-0001", modality="MR")
            if not found["results"]:
                raise ApiCallFailed("no sample study; run: manage.py upload_sample_dicoms")
            self.study_instance_uid = found["results"][0]["study_instance_uid"]
        study: dict[str, Any] = self.doctor.get(f"ris/studies/{self.study_instance_uid}/")
        return study

    def run(self) -> None:
        self.order_and_images()
        self.mask_from_ai()
        self.open_in_viewer()
        self.edit()
        self.approve_and_publish()
        self.read_back()

    def order_and_images(self) -> None:
        with self.step("order", "1 order accepted, images matched · 오더 접수") as notes:
            study = self.find_study()
            order = study["order"]
            if order is None:
                notes.append("no order for this study")
                return
            for action, needed in (("accept", "ORDERED"), ("start", "ACCEPTED")):
                if order["status"] == needed:
                    order = self.radiologist.post(f"ocs/orders/{order['id']}/{action}/")
            images = sum(s["instances"] for s in study["series"])
            notes.append(f"{order['accession_number']} {order['status']}, {images} images")

    def mask_from_ai(self) -> None:
        with self.step("ai", "2 AI analysis, mask received · AI 분석") as notes:
            asked = self.doctor.post(
                "ai/jobs/",
                json={"study_instance_uid": self.study_instance_uid, "model_type": MODEL},
            )
            self.job = wait_until(
                lambda: self.doctor.get(f"ai/jobs/{asked['id']}/"),
                lambda job: job["status"] in JOB_ENDED,
                what="AI job",
                timeout_s=600,
            )
            if self.job["status"] != "COMPLETED":
                error = self.job["error"] or {}
                raise ApiCallFailed(f"AI job {self.job['status']}: {error.get('detail', '')}")
            notes += [
                f"{m['label']} {m['volume_ml']:.1f} ml" for m in self.job["result"]["measurements"]
            ]
            notes.append(f"model {self.job['result']['processing_time']:.1f} s")

    def open_in_viewer(self) -> None:
        with self.step("open", "3 study opened through the gateway · 영상 열기") as notes:
            series = f"studies/{self.study_instance_uid}/series/{self.job['series_instance_uid']}"
            metadata = self.doctor.call(
                "GET",
                f"ris/dicom-web/{series}/metadata",
                headers={"Accept": "application/dicom+json"},
            ).json()
            middle = metadata[len(metadata) // 2]["00080018"]["Value"][0]
            frame = self.doctor.call("GET", f"ris/dicom-web/{series}/instances/{middle}/frames/1")
            notes.append(f"{len(metadata)} slices, one frame of {len(frame.content) / 1e3:.0f} kB")

    def edit(self) -> None:
        """A small correction: the lowest slice with mask is cleared."""
        with self.step("edit", "4 mask edited and saved · 분할 수정") as notes:
            base = f"ai/segmentations/{self.job['segmentation']}/versions/1/"
            grid = self.doctor.get(base)
            mask = self._labelmap(base, grid).copy()
            lowest = int(np.flatnonzero(mask.any(axis=(1, 2)))[0])
            notes.append(f"{int(np.count_nonzero(mask[lowest]))} voxels erased")
            mask[lowest] = 0
            meta = {
                "segmentation": self.job["segmentation"],
                "base_version": 1,
                "slices": grid["slices"],
                "rows": grid["rows"],
                "columns": grid["columns"],
            }
            saved = self.doctor.post(
                f"segmentation/{self.study_instance_uid}/save/",
                data={"meta": json.dumps(meta)},
                files={"labelmap": ("labelmap.gz", gzip.compress(mask.tobytes(), 1))},
            )
            notes.append(f"version {saved['version']}")

    def _labelmap(self, base: str, grid: dict[str, Any]) -> Any:
        raw = self.doctor.call("GET", f"{base}labelmap/").content
        return np.frombuffer(raw, np.uint8).reshape(
            len(grid["slices"]), grid["rows"], grid["columns"]
        )

    def approve_and_publish(self) -> None:
        job_id = self.job["id"]
        with self.step("publish", "5 approved, in PACS and FHIR · 승인과 전송") as notes:
            self.doctor.post(
                f"ai/jobs/{job_id}/review/", json={"decision": "approve", "version": 2}
            )
            self.job = wait_until(
                lambda: self.doctor.get(f"ai/jobs/{job_id}/"),
                lambda job: job["publication"]["status"] in ("PUBLISHED", "FAILED"),
                what="publication",
            )
            publication = self.job["publication"]
            if publication["status"] == "FAILED":
                raise ApiCallFailed("publication failed; see /api/ops/outbox/?status=DEAD")
            notes.append(f"DiagnosticReport/{publication['fhir']['diagnostic_report']}")

    def read_back(self) -> None:
        with self.step("read_back", "6 DICOM SEG read back · 결과 확인") as notes:
            seg = self.job["publication"]["seg"]
            answer = self.doctor.call(
                "GET",
                f"ris/dicom-web/studies/{self.study_instance_uid}"
                f"/series/{seg['series_instance_uid']}/instances/{seg['sop_instance_uid']}",
                headers={"Accept": 'multipart/related; type="application/dicom"'},
            )
            notes.append(f"{len(answer.content) / 1e6:.1f} MB")
