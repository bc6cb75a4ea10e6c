"""A tiny ONNX file, written by hand: onnx.proto3 with the few fields that it needs."""

from __future__ import annotations

import struct


def sigmoid_network(scale: float) -> bytes:
    """Output = sigmoid(scale * input), any float32 shape of (1, 1, x, y, z)."""
    shape = b"".join(_field(1, _field(2, f"n{axis}".encode())) for axis in range(5))
    kind = _field(2, _field(1, _number(1, 1) + _field(2, shape)))
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
