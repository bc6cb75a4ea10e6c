"""A model on another server, by the KServe v2 inference protocol over HTTP.

The server is one that the operator named in `INFERENCE_REMOTE_SERVERS`; a manifest names it by that
name, never by an address. The whole volume goes there as one tensor, and a tensor of labels comes
back.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt

from app.errors import ModelFailed, TimedOut
from app.runner import Prediction
from app.volume import Volume

_CONNECT_SECONDS = 3.0
_MAX_ANSWER_BYTES = 2**31
_TYPES = {
    "UINT8": np.uint8,
    "INT16": np.int16,
    "INT32": np.int32,
    "INT64": np.int64,
    "FP16": np.float16,
    "FP32": np.float32,
    "FP64": np.float64,
}


@dataclass(frozen=True)
class Server:
    """Where the model is, and what its tensors are called."""

    url: str
    model: str
    version: str
    input: str
    output: str
    seconds: float
    segments: int


class RemoteModel:
    """One model of a KServe v2 server."""

    def __init__(self, server: Server, transport: httpx.BaseTransport | None = None) -> None:
        self._server = server
        self._http = httpx.Client(
            base_url=server.url,
            timeout=httpx.Timeout(server.seconds, connect=_CONNECT_SECONDS),
            transport=transport,
            trust_env=False,
            follow_redirects=False,
        )

    def run(self, volume: Volume, parameters: Mapping[str, float]) -> Prediction:
        """Labels of the volume, as the server says.

        Raises:
            ModelFailed: the server is down, refuses, or answers something else.
            TimedOut: it is too slow.
        """
        answer = self._ask(_request(self._server, volume, parameters))
        return Prediction(labels=_labels(answer, self._server, volume.data.shape))

    def _ask(self, request: tuple[bytes, dict[str, str]]) -> httpx.Response:
        server = self._server
        version = f"/versions/{server.version}" if server.version else ""
        body, headers = request
        try:
            answer = self._http.post(
                f"v2/models/{server.model}{version}/infer", content=body, headers=headers
            )
        except httpx.ConnectTimeout:
            raise ModelFailed("The model's server does not answer.") from None
        except httpx.TimeoutException:
            raise TimedOut(
                f"The model's server did not answer within {server.seconds:g} s."
            ) from None
        except httpx.HTTPError:
            raise ModelFailed("The model's server does not answer.") from None
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise ModelFailed("The model's server does not have this model.")
        if answer.status_code != httpx.codes.OK:
            raise ModelFailed(f"The model's server refused the request ({answer.status_code}).")
        return answer


def _request(
    server: Server, volume: Volume, parameters: Mapping[str, float]
) -> tuple[bytes, dict[str, str]]:
    """The binary form of the request: the JSON, then the tensor's bytes."""
    tensor = np.ascontiguousarray(volume.data[None, None], "<f4")
    head = {
        "parameters": {**parameters, "spacing_mm": ",".join(f"{mm:g}" for mm in volume.spacing_mm)},
        "inputs": [
            {
                "name": server.input,
                "shape": list(tensor.shape),
                "datatype": "FP32",
                "parameters": {"binary_data_size": tensor.nbytes},
            }
        ],
        "outputs": [{"name": server.output, "parameters": {"binary_data": True}}],
    }
    text = json.dumps(head).encode()
    headers = {
        "Content-Type": "application/octet-stream",
        "Inference-Header-Content-Length": str(len(text)),
    }
    return text + tensor.tobytes(), headers


def _labels(
    answer: httpx.Response, server: Server, shape: tuple[int, ...]
) -> npt.NDArray[np.uint8]:
    try:
        head, raw = _parts(answer)
        tensor = _tensor(head, raw, server.output)
    except (ValueError, KeyError, TypeError, StopIteration, AttributeError):
        raise ModelFailed("The model's server answered something else than the protocol.") from None
    if tensor.size != math.prod(shape) or [n for n in tensor.shape if n != 1] != [
        n for n in shape if n != 1
    ]:
        raise ModelFailed(
            f"The model's server answered a tensor of {list(tensor.shape)}, "
            f"where {list(shape)} is expected."
        )
    if not np.isfinite(tensor).all():
        raise ModelFailed("The model's server answered values that are not numbers.")
    labels = tensor.reshape(shape)
    if (
        labels != np.rint(labels)
    ).any() or not 0 <= labels.min() <= labels.max() <= server.segments:
        raise ModelFailed(
            f"The model's server answered values that are no labels of 0 to {server.segments}."
        )
    return labels.astype(np.uint8)


def _parts(answer: httpx.Response) -> tuple[dict[str, Any], bytes]:
    content = answer.content
    if len(content) > _MAX_ANSWER_BYTES:
        raise ValueError("too large")
    size = int(answer.headers.get("Inference-Header-Content-Length", len(content)))
    head = json.loads(content[:size])
    if not isinstance(head, dict):
        raise ValueError("not an object")
    return head, content[size:]


def _tensor(head: dict[str, Any], raw: bytes, name: str) -> npt.NDArray[Any]:
    """The output of this name, from the bytes behind the JSON or from the JSON itself."""
    offset = 0
    for output in head["outputs"]:
        size = (output.get("parameters") or {}).get("binary_data_size")
        if output["name"] != name:
            offset += int(size or 0)
            continue
        dtype = np.dtype(_TYPES[output["datatype"]]).newbyteorder("<")
        shape = [int(n) for n in output["shape"]]
        if size is None:
            return np.array(output["data"], dtype).reshape(shape)
        return np.frombuffer(raw[offset : offset + int(size)], dtype).reshape(shape)
    raise KeyError(name)


def load(folder: Path, threads: int, server: Server) -> RemoteModel:
    """Nothing is loaded here: the server has the weights."""
    return RemoteModel(server)
