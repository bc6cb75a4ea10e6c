"""The tool of an nnInteractive server: a stand-in that speaks its protocol, well and badly."""

from __future__ import annotations

import base64
import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import pytest

from tests.conftest import GRANT, SERIES_ID, Service, refusal
from tests.dicom_maker import Series
from tests.test_isolation import series as series  # noqa: PLC0414  the fixture
from tests.test_isolation import serve, write
from tests.test_kinds import SEGMENT, SHAPE

wire = pytest.importorskip(
    "nnInteractive.inference.remote.serialization",
    reason="requirements-nninteractive.txt is not installed",
)
KEY = "a-key"
CAPABILITIES = {
    "supported_interactions": {"points": True, "bbox": True, "scribble": True, "lasso": True},
    "channel_mapping": {},
    "num_interaction_channels": 7,
    "supports_initial_label": True,
    "supports_zero_shot_label_refinement": False,
    "preferred_scribble_thickness": [2, 2, 2],
    "interaction_decay": 0.9,
    "inference_session_version": 2,
    "license": "test",
}


class StandIn(ThreadingHTTPServer):
    """One session. A prompt marks its own voxels: a box, a click, a stroke; negative ones clear."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.calls: list[tuple[str, Any]] = []
        self.image: npt.NDArray[Any] | None = None
        self.leases = 0
        self.status: dict[str, int] = {}
        """By path, an error in the place of the answer; once where it is 410."""

    @property
    def address(self) -> str:
        return f"http://{KEY}@127.0.0.1:{self.server_address[1]}/"

    def paths(self) -> list[str]:
        return [path for path, _ in self.calls]

    def answer(self, path: str, meta: Any, body: bytes) -> tuple[Any, bytes]:  # noqa: ANN401
        """JSON of the answer, or the header and the bytes of a changed region."""
        if path == "/claim":
            self.leases += 1
        if path == "/set_image":
            self.image = wire.unpack_array(body)
        if path == "/add_bbox_interaction":
            return _changed(meta["bbox_coords"], 1)
        if path == "/add_point_interaction":
            place = [[at, at + 1] for at in meta["coordinates"]]
            return _changed(place, int(meta["include_interaction"]))
        if path == "/add_scribble_interaction":
            drawn = np.argwhere(wire.unpack_array(body))
            place = [[int(a), int(b) + 1] for a, b in zip(drawn.min(0), drawn.max(0), strict=True)]
            return _changed(place, int(meta["include_interaction"]))
        lease = {"lease_token": f"lease-{self.leases}", "liveness_timeout_seconds": 60}
        return {"original_image_shape": [], **lease, **CAPABILITIES}, b""


def _changed(box: list[list[int]], value: int) -> tuple[Any, bytes]:
    diff = np.full([high - low for low, high in box], value, np.uint8)
    return {"ran_prediction": True, "bbox": box}, wire.pack_array(diff)


class _Handler(BaseHTTPRequestHandler):
    server: StandIn

    def do_GET(self) -> None:
        self._respond(None, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        meta = self.headers.get("X-Meta")
        self._respond(json.loads(meta) if meta else json.loads(body or b"{}"), body)

    def _respond(self, meta: Any, body: bytes) -> None:  # noqa: ANN401
        self.server.calls.append((self.path, meta))
        allowed = self.headers.get("Authorization") == f"Bearer {KEY}"
        lease = f"lease-{self.server.leases}"
        if not allowed:
            status = 401
        elif self.path != "/claim" and self.headers.get("X-Lease-Token") != lease:
            status = 410
        else:
            status = self.server.status.get(self.path, 200)
        if status == 410:
            self.server.status.pop(self.path, None)
        said, raw = self.server.answer(self.path, meta, body) if status == 200 else ({}, b"")
        text = raw or json.dumps(said).encode()
        self.send_response(status)
        if raw:
            self.send_header("X-Meta", json.dumps(said))
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:  # noqa: ANN401
        """Quiet."""


@pytest.fixture
def server() -> Iterator[StandIn]:
    made = StandIn()
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def service(tmp_path: Path, series: Series, server: StandIn) -> Service:
    write(
        tmp_path / "models",
        "tool",
        kind="assist",
        result_kind="segmentation",
        outputs={"segments": [SEGMENT, SEGMENT | {"number": 2, "label": "Other"}]},
        remote={"server": "gpu", "protocol": "nninteractive"},
    )
    return serve(tmp_path, series, inference_remote_servers={"gpu": server.address})


def drawn(service: Service, **prompt: Any) -> httpx.Response:  # noqa: ANN401
    body = {
        "series_instance_uid": service.archive.series.uid,
        "archive": {"series": SERIES_ID, "grant": GRANT},
        "model_type": "tool",
        "prompt": prompt,
    }
    return service.ask("POST", "/assist", json=body)


def box(series: Series, segment: int = 1) -> dict[str, Any]:
    uids = list(series.files)
    ends = {"first_slice": uids[1], "last_slice": uids[5]}
    return {"segment": segment, **ends, "rows": (1, 3), "columns": (0, 2)}


def labels(answer: httpx.Response) -> npt.NDArray[np.uint8]:
    assert answer.status_code == 200, answer.text
    packed = base64.b64decode(answer.json()["labelmap"])
    return np.frombuffer(gzip.decompress(packed), np.uint8).reshape(SHAPE[::-1])


def test_box_click_and_stroke_are_sent_and_the_mask_comes_back(
    service: Service, server: StandIn, series: Series
) -> None:
    uids = list(series.files)
    answer = drawn(
        service,
        boxes=[box(series)],
        points=[{"segment": 1, "slice": uids[3], "row": 1, "column": 0, "positive": False}],
        scribbles=[{"segment": 2, "slice": uids[6], "points": [(5, 1), (5, 2), (5, 3)]}],
    )
    expected = np.zeros(SHAPE[::-1], np.uint8)
    expected[3, 1:4, 0:3] = 1
    expected[3, 1, 0] = 0
    expected[6, 5, 1:4] = 2
    np.testing.assert_array_equal(labels(answer), expected)
    assert server.image is not None
    assert server.image.shape == (1, *SHAPE[::-1])
    sent = dict(server.calls)
    assert sent["/set_image"]["image_properties"]["spacing"] == [5.0, 5.0, 5.0]
    assert sent["/add_bbox_interaction"]["bbox_coords"] == [[3, 4], [1, 4], [0, 3]]
    assert sent["/add_point_interaction"]["coordinates"] == [3, 1, 0]


def test_the_next_stroke_sends_the_prompt_alone(
    service: Service, server: StandIn, series: Series
) -> None:
    for _ in range(2):
        labels(drawn(service, boxes=[box(series)]))
    assert (server.paths().count("/set_image"), server.leases) == (1, 1)


def test_a_session_that_ended_is_begun_anew(
    service: Service, server: StandIn, series: Series
) -> None:
    first = labels(drawn(service, boxes=[box(series)]))
    server.status["/reset_interactions"] = 410
    np.testing.assert_array_equal(labels(drawn(service, boxes=[box(series)])), first)
    assert (server.paths().count("/set_image"), server.leases) == (2, 2)


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        ({"/claim": 503}, "no free session: try again"),
        ({"/claim": 401}, "refused the request (401)"),
        ({"/add_bbox_interaction": 500}, "refused the request (500)"),
    ],
)
def test_a_server_that_refuses_is_a_sentence(
    service: Service, server: StandIn, series: Series, failure: dict[str, int], sentence: str
) -> None:
    server.status |= failure
    code = refusal(drawn(service, boxes=[box(series)]))
    assert code[:2] == (422, "model_failed")
    assert sentence in code[2]
    server.status.clear()
    assert labels(drawn(service, boxes=[box(series)])).any()


def test_a_server_that_is_down_is_a_sentence(
    service: Service, server: StandIn, series: Series
) -> None:
    server.server_close()
    assert "does not answer" in refusal(drawn(service, boxes=[box(series)]))[2]


@pytest.mark.parametrize(
    ("kind", "remote", "reason"),
    [
        ("network", {"protocol": "nninteractive"}, "no remote of this protocol"),
        ("assist", {"protocol": "kserve", "model": "net"}, "no remote of this protocol"),
        ("remote", {"protocol": "nninteractive"}, "of the protocol kserve"),
        ("remote", {"protocol": "kserve"}, "the name of the server's model"),
    ],
)
def test_a_protocol_fits_its_kind(
    tmp_path: Path, series: Series, kind: str, remote: dict[str, str], reason: str
) -> None:
    write(tmp_path / "models", "good")
    write(tmp_path / "models", "bad", kind=kind, remote={"server": "gpu"} | remote)
    [refused] = serve(tmp_path, series).registry.refused
    assert reason in refused.reason
