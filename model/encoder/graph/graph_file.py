"""Reads a network in ONNX's format as far as this Tipstaff knows it, before ONNX Runtime gets to see it.

An ONNX file is a message of Protocol Buffers. Only the fields that the encoders of Tipstaff have are taken, and anything else is refused:
subgraphs, functions, data in other files, sparse tensors, operators of other makers. The numbers stay where they are in memory.
The format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from model.array_types import AnyArray
from model.encoder.graph.wire_format import FIXED32, FIXED64, VARINT, Field, MessageReader

__all__ = ["MAX_GRAPH_BYTES", "Graph", "Node", "Tensor", "read_graph"]

MAX_GRAPH_BYTES = 1 << 29
"""The most bytes of a network."""

_MAX_RANK = 8
_MAX_VALUES = 4_096
_OPSETS = range(13, 22)
_DOMAINS = ("", "ai.onnx")

_MESSAGES: Mapping[str, Mapping[int, Field]] = {
    "model": {
        1: Field("ir_version", VARINT),
        2: Field("producer_name"),
        3: Field("producer_version"),
        4: Field("domain"),
        5: Field("model_version", VARINT),
        6: Field("doc_string"),
        7: Field("graph", message="graph"),
        8: Field("opset_import", many=True, message="opset"),
        14: Field("metadata_props", many=True),
    },
    "opset": {1: Field("domain"), 2: Field("version", VARINT)},
    "graph": {
        1: Field("node", many=True, message="node"),
        2: Field("name"),
        5: Field("initializer", many=True, message="tensor"),
        10: Field("doc_string"),
        11: Field("input", many=True, message="value"),
        12: Field("output", many=True, message="value"),
        13: Field("value_info", many=True),
    },
    "node": {
        1: Field("input", many=True),
        2: Field("output", many=True),
        3: Field("name"),
        4: Field("op_type"),
        5: Field("attribute", many=True, message="attribute"),
        6: Field("doc_string"),
        7: Field("domain"),
    },
    "attribute": {
        1: Field("name"),
        2: Field("f", FIXED32),
        3: Field("i", VARINT),
        4: Field("s"),
        5: Field("t", message="tensor"),
        8: Field("ints", VARINT, many=True),
        13: Field("doc_string"),
        20: Field("type", VARINT),
    },
    "tensor": {
        1: Field("dims", VARINT, many=True),
        2: Field("data_type", VARINT),
        4: Field("float_data", FIXED32, many=True),
        5: Field("int32_data", VARINT, many=True),
        7: Field("int64_data", VARINT, many=True),
        8: Field("name"),
        9: Field("raw_data"),
        10: Field("double_data", FIXED64, many=True),
        12: Field("doc_string"),
        14: Field("data_location", VARINT),
    },
    "value": {1: Field("name"), 2: Field("type", message="type"), 3: Field("doc_string")},
    "type": {1: Field("tensor_type", message="tensor_type")},
    "tensor_type": {1: Field("elem_type", VARINT), 2: Field("shape", message="shape")},
    "shape": {1: Field("dim", many=True, message="dim")},
    "dim": {1: Field("dim_value", VARINT), 2: Field("dim_param"), 3: Field("denotation")},
}
# The kinds of numbers by ONNX's number for them, and the field that holds them where they are not raw bytes.
_DTYPES = {
    1: ("float32", "float_data"),
    2: ("uint8", "int32_data"),
    3: ("int8", "int32_data"),
    6: ("int32", "int32_data"),
    7: ("int64", "int64_data"),
    9: ("bool", "int32_data"),
    11: ("float64", "double_data"),
}


@dataclass(frozen=True)
class Tensor:
    """An array of a graph.

    Attributes:
        shape: its shape.
        value: its whole numbers or truth values, if they are few; None for anything else.
    """

    shape: tuple[int, ...]
    value: AnyArray | None


@dataclass(frozen=True)
class Node:
    """One step of a graph.

    Attributes:
        operator: what it does.
        inputs, outputs: names of tensors; an input that is left out has an empty name.
        attributes: by name: a number, bytes, a tuple of whole numbers or a tensor.
    """

    operator: str
    inputs: Sequence[str]
    outputs: Sequence[str]
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Graph:
    """What a network computes.

    Attributes:
        nodes: its steps, in order.
        tensors: the arrays that are stored with it, by name.
        inputs, outputs: by name: number of the kind of numbers, and sizes, None where they vary.
    """

    nodes: Sequence[Node]
    tensors: Mapping[str, Tensor]
    inputs: Mapping[str, tuple[int, tuple[int | None, ...]]]
    outputs: Mapping[str, tuple[int, tuple[int | None, ...]]]


def read_graph(data: memoryview) -> Graph:
    """Return the graph of an ONNX file.

    Raises:
        ValueError: it is no ONNX file, or holds what no encoder of Tipstaff has; the message reads on from "the encoder's network".
    """
    if len(data) > MAX_GRAPH_BYTES:
        raise ValueError(f"has more than {MAX_GRAPH_BYTES} bytes")
    fields = MessageReader(_MESSAGES).read(data, "model")
    opsets = [(_text(opset.get("domain", b"")), opset.get("version", 0)) for opset in fields["opset_import"]]
    if len(opsets) != 1 or opsets[0][0] not in _DOMAINS or opsets[0][1] not in _OPSETS:
        raise ValueError(f"needs operators of one set, ONNX's own of version {_OPSETS.start} to {_OPSETS.stop - 1}")
    graph = fields.get("graph")
    if graph is None:
        raise ValueError("has no graph")
    nodes = [_node(node) for node in graph["node"]]
    tensors = {_text(tensor.get("name", b"")): _tensor(tensor) for tensor in graph["initializer"]}
    if len(tensors) != len(graph["initializer"]):
        raise ValueError("holds two arrays of one name")
    inputs, outputs = ({_text(value.get("name", b"")): _value(value) for value in graph[key]} for key in ("input", "output"))
    return Graph(nodes, tensors, inputs, outputs)


def _text(data: bytes | memoryview) -> str:
    return bytes(data).decode("utf-8", "replace")


def _signed(number: int) -> int:
    return number - (1 << 64) if number >= 1 << 63 else number


def _node(fields: Mapping[str, Any]) -> Node:
    if fields.get("domain"):
        raise ValueError("uses an operator of another maker")
    attributes = {}
    for attribute in fields["attribute"]:
        name = _text(attribute.get("name", b""))
        if name in attributes:
            raise ValueError("is not an ONNX file (an attribute comes twice)")
        attributes[name] = _attribute(attribute)
    inputs, outputs = ([_text(name) for name in fields[key]] for key in ("input", "output"))
    return Node(_text(fields.get("op_type", b"")), inputs, outputs, attributes)


def _attribute(fields: Mapping[str, Any]) -> Any:
    if "t" in fields:
        return _tensor(fields["t"])
    if fields["ints"]:
        return tuple(_signed(number) for number in fields["ints"])
    if "i" in fields:
        return _signed(fields["i"])
    if "f" in fields:
        return float(np.frombuffer(fields["f"], "<f4")[0])
    return bytes(fields.get("s", b""))


def _tensor(fields: Mapping[str, Any]) -> Tensor:
    shape = tuple(fields["dims"])
    dtype, other = _DTYPES.get(fields.get("data_type", 0), ("", ""))
    if not dtype or len(shape) > _MAX_RANK or fields.get("data_location", 0):
        raise ValueError("holds an array of a kind that no encoder has, or whose data is elsewhere")
    filled = [name for name in ("float_data", "int32_data", "int64_data", "double_data") if fields[name]]
    if "raw_data" in fields and not filled:
        data = fields["raw_data"]
        if len(data) != math.prod(shape) * np.dtype(dtype).itemsize:
            raise ValueError("holds an array whose data does not fit its shape")
        values = np.frombuffer(data, dtype).reshape(shape)
    elif filled in ([], [other]):
        values = _typed_values(fields[other], dtype, other)
        if len(values) != math.prod(shape):
            raise ValueError("holds an array whose data does not fit its shape")
        values = values.reshape(shape)
    else:
        raise ValueError("holds an array whose data is of another kind than it says")
    if values.dtype.kind == "f" and values.size and not (np.isfinite(values.min()) and np.isfinite(values.max())):
        raise ValueError("holds numbers that are not finite")
    return Tensor(shape, values if values.dtype.kind != "f" and values.size <= _MAX_VALUES else None)


def _typed_values(numbers: Sequence[Any], dtype: str, name: str) -> AnyArray:
    if name in ("float_data", "double_data"):
        data = b"".join(numbers)
        if len(data) % np.dtype(dtype).itemsize:
            raise ValueError("holds an array whose data does not fit its shape")
        return np.frombuffer(data, dtype)
    return np.array([_signed(number) for number in numbers], np.int64).astype(dtype)


def _value(fields: Mapping[str, Any]) -> tuple[int, tuple[int | None, ...]]:
    tensor = fields.get("type", {}).get("tensor_type", {})
    dims = tensor.get("shape", {}).get("dim", [])
    return tensor.get("elem_type", 0), tuple(dim.get("dim_value") for dim in dims)
