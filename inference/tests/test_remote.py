"""A model on another server: a stub that speaks KServe v2 over HTTP, well and badly."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.conftest import Service, refusal
from tests.dicom_maker import Series
from tests.test_isolation import series as series  # noqa: PLC0414  the fixture
from tests.test_isolation import serve, write
from tests.test_kinds import SEGMENT
from tests.test_service import mask_of

Tensor = npt.NDArray[Any]
Answer = tuple[int, dict[str, Any] | bytes, Tensor | None]


class Stub(ThreadingHTTPServer):
    """Answers what `answer` makes of the tensor that it got; keeps the last request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: Callable[[Tensor], Answer] = above_500
        self.path, self.head = "", dict[str, Any]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Stub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        size = int(self.headers["Inference-Header-Content-Length"])
        head = json.loads(body[:size])
        self.server.path, self.server.head = self.path, head
        [tensor] = head["inputs"]
        assert tensor["parameters"]["binary_data_size"] == len(body) - size
        image = np.frombuffer(body[size:], "<f4").reshape(tensor["shape"])
        status, answer, raw = self.server.answer(image)
        text = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        if raw is not None:
            self.send_header("Inference-Header-Content-Length", str(len(text)))
            text += raw.tobytes()
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:  # noqa: ANN401
        """Quiet."""


def output(labels: Tensor, kind: str = "UINT8", name: str = "labels") -> Answer:
    about: dict[str, Any] = {"name": name, "datatype": kind, "shape": list(labels.shape)}
    about["parameters"] = {"binary_data_size": labels.nbytes}
    return 200, {"model_name": "net", "outputs": [about]}, labels


def above_500(image: Tensor) -> Answer:
    return output((image > 500).astype(np.uint8))


def as_json(image: Tensor) -> Answer:
    labels = (image[0, 0] > 500).astype(int)
    about = {"name": "labels", "datatype": "INT64", "shape": list(labels.shape)}
    return 200, {"outputs": [about | {"data": labels.ravel().tolist()}]}, None


def with_nan(image: Tensor) -> Answer:
    labels = np.zeros(image.shape, "<f4")
    labels[0, 0, 0, 0, 0] = np.nan
    return output(labels, "FP32")


def slow(image: Tensor) -> Answer:
    time.sleep(3)
    return above_500(image)


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = Stub()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def remote_service(folder: Path, series: Series, url: str, **settings: Any) -> Service:  # noqa: ANN401
    write(
        folder / "models",
        "far",
        kind="remote",
        result_kind="segmentation",
        remote={"server": "gpu", "model": "net", "version": "3"},
        outputs={"segments": [SEGMENT]},
        parameters={"level": {"default": 0.5, "minimum": 0, "maximum": 1}},
    )
    (folder / "models" / "far" / "runner.py").unlink()
    return serve(folder, series, inference_remote_servers={"gpu": url}, **settings)


@pytest.mark.parametrize("answer", [above_500, as_json])
def test_a_volume_goes_there_and_labels_come_back(
    tmp_path: Path, series: Series, stub: Stub, answer: Callable[[Tensor], Answer]
) -> None:
    stub.answer = answer
    service = remote_service(tmp_path, series, stub.url)
    body = service.infer(model_type="far").json()
    mask = np.asarray(mask_of(service, body["job_id"]).dataobj)
    assert 0 < np.count_nonzero(mask) < mask.size
    assert body["measurements"][0]["volume_ml"] == pytest.approx(np.count_nonzero(mask) * 0.125)
    assert stub.path == "/v2/models/net/versions/3/infer"
    assert stub.head["inputs"][0]["shape"][:2] == [1, 1]
    assert stub.head["parameters"] == {"level": 0.5, "spacing_mm": "5,5,5"}


FAULTS: dict[str, tuple[Callable[[Tensor], Answer], str, str]] = {
    "another shape": (lambda i: output(np.zeros(i.shape[2:4], "u1")), "model_failed", "tensor of"),
    "turned around": (
        lambda i: output(np.zeros(i.shape[:1:-1], "u1")),
        "model_failed",
        "is expected",
    ),
    "nan": (with_nan, "model_failed", "not numbers"),
    "no label": (
        lambda i: output(np.full(i.shape, 7, "u1")),
        "model_failed",
        "no labels of 0 to 1",
    ),
    "half a label": (
        lambda i: output(np.full(i.shape, 0.5, "<f4"), "FP32"),
        "model_failed",
        "no labels",
    ),
    "another tensor": (
        lambda i: output(np.zeros(i.shape, "u1"), name="x"),
        "model_failed",
        "than the protocol",
    ),
    "an unknown type": (
        lambda i: output(np.zeros(i.shape, "u1"), "BYTES"),
        "model_failed",
        "than the protocol",
    ),
    "too few bytes": (
        lambda i: (*output(np.zeros(i.shape, "u1"))[:2], np.zeros(3, "u1")),
        "model_failed",
        "than the protocol",
    ),
    "no json": (lambda _: (200, b"<html>", None), "model_failed", "than the protocol"),
    "a list": (lambda _: (200, b"[]", None), "model_failed", "than the protocol"),
    "an error": (lambda _: (500, {"error": "Kim Minjun"}, None), "model_failed", "refused the"),
    "no such model": (lambda _: (404, {"error": "x"}, None), "model_failed", "does not have"),
    "a redirect": (lambda _: (302, b"", None), "model_failed", "(302)"),
    "slow": (slow, "timed_out", "1 s"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_bad_answer_fails_the_run_with_a_sentence(
    tmp_path: Path, series: Series, stub: Stub, name: str
) -> None:
    stub.answer, expected, sentence = FAULTS[name]
    service = remote_service(tmp_path, series, stub.url, inference_seconds=1)
    status, code, message = refusal(service.infer(model_type="far"))
    assert (status, code) == (422, expected), message
    assert sentence in message
    assert "Kim" not in message


def test_a_server_that_is_down_fails_the_run(tmp_path: Path, series: Series, stub: Stub) -> None:
    service = remote_service(tmp_path, series, stub.url)
    stub.shutdown()
    stub.server_close()
    status, code, message = refusal(service.infer(model_type="far"))
    assert (status, code) == (422, "model_failed")
    assert message == "The model's server does not answer."


def test_a_server_that_the_operator_did_not_name_is_refused(tmp_path: Path, series: Series) -> None:
    write(tmp_path / "models", "good")
    write(tmp_path / "models", "far", kind="remote", remote={"server": "http-evil", "model": "net"})
    [refused] = serve(tmp_path, series).registry.refused
    assert refused.reason == "the server http-evil is not in INFERENCE_REMOTE_SERVERS"
