"""What a model's process is sent and what it answers; arrays go by shared memory, not by copy.

To the process goes a pickle. What comes back is JSON with arrays beside it, so that nothing that
a model returns is run here.
"""

from __future__ import annotations

import io
import json
import mmap
import os
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from typing import Any

import numpy as np
import numpy.typing as npt

from app import runner

_SHARED_FROM_BYTES = 2**16
_KINDS = "biufc"
Array = npt.NDArray[Any]


class NotAnAnswer(ValueError):  # noqa: N818
    """The answer holds something that is neither JSON nor an array of numbers."""


def send(connection: Connection, pid: int, message: object) -> None:
    """Send any object; its large arrays are shared."""
    arrays: list[Array] = []
    buffer = io.BytesIO()
    _Pickler(buffer, arrays).dump(message)
    connection.send_bytes(pickle.dumps((_shapes(arrays), buffer.getvalue())))
    _send_arrays(connection, pid, arrays)


def receive(connection: Connection) -> Any:  # noqa: ANN401
    """What `send` sent. The arrays may be written to: the sender does not see it."""
    shapes, content = pickle.loads(connection.recv_bytes())  # noqa: S301
    arrays = [_mapped(recv_handle(connection), shape, mmap.ACCESS_COPY) for shape in shapes]
    return _Unpickler(io.BytesIO(content), arrays).load()


def answer(connection: Connection, pid: int, kind: str, value: object) -> None:
    """Send JSON values, arrays of numbers and predictions.

    Raises:
        NotAnAnswer
    """
    arrays: list[Array] = []
    body = _plain(value, arrays)
    connection.send_bytes(json.dumps([kind, body, _shapes(arrays)]).encode())
    _send_arrays(connection, pid, arrays)


def read_answer(connection: Connection) -> tuple[str, Any]:
    """The kind and the value that `answer` sent."""
    kind, body, shapes = json.loads(connection.recv_bytes())
    arrays = [_mapped(recv_handle(connection), shape, mmap.ACCESS_READ) for shape in shapes]
    return str(kind), _built(body, arrays)


class _Pickler(pickle.Pickler):
    def __init__(self, buffer: io.BytesIO, arrays: list[Array]) -> None:
        super().__init__(buffer, protocol=pickle.HIGHEST_PROTOCOL)
        self._arrays = arrays

    def persistent_id(self, obj: object) -> int | None:
        if not isinstance(obj, np.ndarray) or obj.nbytes < _SHARED_FROM_BYTES:
            return None
        if obj.dtype.kind not in _KINDS:
            return None
        self._arrays.append(obj)
        return len(self._arrays) - 1


class _Unpickler(pickle.Unpickler):
    def __init__(self, buffer: io.BytesIO, arrays: list[Array]) -> None:
        super().__init__(buffer)
        self._arrays = arrays

    def persistent_load(self, pid: int) -> Array:
        return self._arrays[pid]


def _shapes(arrays: Sequence[Array]) -> list[tuple[str, list[int]]]:
    return [(array.dtype.str, list(array.shape)) for array in arrays]


def _send_arrays(connection: Connection, pid: int, arrays: Sequence[Array]) -> None:
    for array in arrays:
        memory = os.memfd_create("array", os.MFD_CLOEXEC)
        try:
            with open(memory, "wb", closefd=False) as file:
                file.write(np.ascontiguousarray(array).data)
            send_handle(connection, memory, pid)
        finally:
            os.close(memory)


def _mapped(memory: int, kind_and_shape: tuple[str, list[int]], access: int) -> Array:
    kind, shape = kind_and_shape
    try:
        dtype = np.dtype(kind)
        size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        if dtype.kind not in _KINDS or os.fstat(memory).st_size != size:
            raise NotAnAnswer("an array is not what it says it is")
        if size == 0:
            return np.zeros(shape, dtype)
        mapped = mmap.mmap(memory, size, access=access)
    finally:
        os.close(memory)
    return np.frombuffer(mapped, dtype).reshape(shape)


def _plain(value: object, arrays: list[Array]) -> object:
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in _KINDS:
            raise NotAnAnswer(f"an array of {value.dtype}")
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {"map": {str(name): _plain(each, arrays) for name, each in value.items()}}
    if isinstance(value, list | tuple):
        return [_plain(each, arrays) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        given = {each.name: _plain(getattr(value, each.name), arrays) for each in fields(value)}
        ours = type(value).__module__ == runner.__name__
        return {type(value).__name__ if ours else "map": given}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise NotAnAnswer(f"a {type(value).__name__}")


def _built(body: Any, arrays: Sequence[Array]) -> Any:  # noqa: ANN401
    if isinstance(body, list):
        return [_built(each, arrays) for each in body]
    if not isinstance(body, dict):
        return body
    [(kind, content)] = body.items()
    if kind == "array":
        return arrays[content]
    values = {name: _built(each, arrays) for name, each in content.items()}
    built = values if kind == "map" else getattr(runner, kind)
    return built(**values) if isinstance(built, type) and is_dataclass(built) else values
