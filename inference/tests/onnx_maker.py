"""A tiny ONNX file, written by hand: onnx.proto3 with the few fields that it needs."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt


def sigmoid_network(scale: float) -> bytes:
    """Output = sigmoid(scale * input), any float32 shape of (1, 1, x, y, z)."""
    kind = _anything()
    constant = _number(2, 1) + _field(8, b"scale") + _field(9, struct.pack("<f", scale))
    graph = (
        _field(1, _node("Mul", ["image", "scale"], "scaled"))
        + _field(1, _node("Sigmoid", ["scaled"], "probability"))
        + _field(2, b"tiny")
        + _field(5, constant)
        + _field(11, _field(1, b"image") + kind)
        + _field(12, _field(1, b"probability") + kind)
    )
    return _number(1, 8) + _field(7, graph) + _field(8, _number(2, 13))


def pointwise_network(weights: npt.NDArray[np.floating], bias: npt.NDArray[np.floating]) -> bytes:
    """Scores (1, classes, x, y, z) of (1, channels, x, y, z): each voxel by itself.

    Args:
        weights: (classes, channels).
        bias: (classes,).
    """
    classes, channels = weights.shape
    graph = (
        _field(1, _node("Conv", ["image", "weights", "bias"], "scores"))
        + _field(2, b"pointwise")
        + _field(5, _tensor("weights", weights, (classes, channels, 1, 1, 1)))
        + _field(5, _tensor("bias", bias, (classes,)))
        + _field(11, _field(1, b"image") + _anything())
        + _field(12, _field(1, b"scores") + _anything())
    )
    return _number(1, 8) + _field(7, graph) + _field(8, _number(2, 13))


def _tensor(name: str, values: npt.NDArray[np.floating], shape: tuple[int, ...]) -> bytes:
    dims = b"".join(_number(1, size) for size in shape)
    content = np.ascontiguousarray(values, "<f4").tobytes()
    return dims + _number(2, 1) + _field(8, name.encode()) + _field(9, content)


def _anything() -> bytes:
    """float32 of five dimensions."""
    shape = b"".join(_field(1, _field(2, f"n{axis}".encode())) for axis in range(5))
    return _field(2, _field(1, _number(1, 1) + _field(2, shape)))


def _node(operator: str, inputs: list[str], output: str) -> bytes:
    given = b"".join(_field(1, name.encode()) for name in inputs)
    return given + _field(2, output.encode()) + _field(4, operator.encode())


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
