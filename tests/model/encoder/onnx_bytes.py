"""Writes ONNX files field by field, the wrong ones too, which a library would not write."""

from collections.abc import Mapping, Sequence

import numpy as np

from model.array_types import AnyArray

__all__ = ["build_attribute", "build_model", "build_node", "build_opset", "build_tensor", "build_value", "encode_field"]

_DATA_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7, "bool": 9, "float64": 11}
_INT, _TENSOR, _INTS = 2, 4, 7


def _encode_varint(value: int) -> bytes:
    value &= 0xFFFF_FFFF_FFFF_FFFF
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def encode_field(number: int, value: int | bytes | str) -> bytes:
    """Return a field of a message: a number, or bytes with their length."""
    if isinstance(value, int):
        return _encode_varint(number << 3) + _encode_varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _encode_varint(number << 3 | 2) + _encode_varint(len(data)) + data


def build_tensor(name: str, array: AnyArray, *, dims: Sequence[int] | None = None, more: bytes = b"") -> bytes:
    """Return an array, with other sizes or further fields if they are given."""
    sizes = b"".join(encode_field(1, size) for size in (array.shape if dims is None else dims))
    return sizes + encode_field(2, _DATA_TYPES[array.dtype.name]) + encode_field(8, name) + encode_field(9, array.tobytes()) + more


def build_attribute(name: str, value: int | Sequence[int] | AnyArray) -> bytes:
    """Return an attribute of a node."""
    if isinstance(value, np.ndarray):
        return encode_field(1, name) + encode_field(20, _TENSOR) + encode_field(5, build_tensor("", value))
    if isinstance(value, int):
        return encode_field(1, name) + encode_field(20, _INT) + encode_field(3, value)
    return encode_field(1, name) + encode_field(20, _INTS) + b"".join(encode_field(8, each) for each in value)


def build_node(operator: str, inputs: Sequence[str], outputs: Sequence[str], *, more: bytes = b"", **attributes: object) -> bytes:
    """Return a node, with further fields if they are given."""
    names = b"".join([*(encode_field(1, name) for name in inputs), *(encode_field(2, name) for name in outputs)])
    values = b"".join(encode_field(5, build_attribute(name, value)) for name, value in attributes.items())  # type: ignore[arg-type]
    return names + encode_field(4, operator) + values + more


def build_value(name: str, data_type: int, shape: Sequence[int | str]) -> bytes:
    """Return the description of an input or an output."""
    dims = b"".join(encode_field(1, encode_field(1 if isinstance(size, int) else 2, size)) for size in shape)
    return encode_field(1, name) + encode_field(2, encode_field(1, encode_field(1, data_type) + encode_field(2, dims)))


def build_opset(version: int = 17, domain: str = "") -> bytes:
    """Return which operators a model needs."""
    return encode_field(8, encode_field(1, domain) + encode_field(2, version))


def build_model(
    nodes: Sequence[bytes],
    tensors: Mapping[str, AnyArray] | None = None,
    *,
    more_graph: bytes = b"",
    more: bytes = b"",
    opsets: bytes | None = None,
    inputs: Sequence[str] = ("ids",),
    batch: int | str = 1,
) -> bytes:
    """Return a model from its inputs (batch, n) to ``log_odds``, with further fields of the graph or the model if they are given."""
    graph = b"".join(
        [
            *(encode_field(1, node) for node in nodes),
            encode_field(2, "graph"),
            *(encode_field(5, build_tensor(name, array)) for name, array in (tensors or {}).items()),
            *(encode_field(11, build_value(name, 7, (batch, "n"))) for name in inputs),
            encode_field(12, build_value("log_odds", 1, (batch, 2))),
            more_graph,
        ]
    )
    return encode_field(1, 8) + encode_field(7, graph) + (build_opset() if opsets is None else opsets) + more
