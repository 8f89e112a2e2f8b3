"""Works out how large everything is that a network computes, before it is computed."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from model.encoder.graph.graph_file import Graph, Node, Tensor

__all__ = ["check_graph", "check_sizes"]

_FEWEST_HEADS = 2
_MAX_NODES = 20_000
_MAX_ELEMENTS = 1 << 25
_MAX_TOTAL_ELEMENTS = 1 << 29
_MAX_MULTIPLICATIONS = 10**11
_MAX_RANK = 8
_MAX_VALUES = 4_096
_FLOAT32, _INT64 = 1, 7
_INTEGER_TYPES = {6: np.int32, 7: np.int64, 9: np.bool_}

_Inputs = Sequence[Tensor]


def check_graph(graph: Graph) -> None:
    """Make sure that a graph consists of known operators, from ``ids`` (k, n), and perhaps ``types`` (k, n), to ``log_odds`` (k, heads).

    Raises:
        ValueError: it does not; the message reads on from "the encoder's network".
    """
    unknown = sorted({node.operator for node in graph.nodes if node.operator not in _OPERATORS})
    if unknown:
        raise ValueError(f"uses the operator {unknown[0]!a}, which no encoder needs")
    if len(graph.nodes) > _MAX_NODES:
        raise ValueError(f"has more than {_MAX_NODES} steps")
    if list(graph.inputs) not in (["ids"], ["ids", "types"]) or list(graph.outputs) != ["log_odds"]:
        raise ValueError("has to have the input ids, perhaps types, and the output log_odds, and no others")
    if (
        any(data_type != _INT64 or len(shape) != 2 for data_type, shape in graph.inputs.values())
        or graph.outputs["log_odds"][0] != _FLOAT32
    ):
        raise ValueError("has to turn ids and types (1, n) of int64 into log_odds (1, heads) of float32")


def check_sizes(graph: Graph, length: int, *, batch: int = 1) -> int:
    """Make sure that a graph computes log-odds of texts within bounds of memory and time.

    Args:
        graph: it has passed `check_graph`.
        length: how many pieces of words each text has.
        batch: how many texts are computed together.

    Returns:
        How many log-odds it gives for a text, at least 2.

    Raises:
        ValueError: it does not; the message reads on from "the encoder's network".
    """
    tensors: dict[str, Tensor] = dict(graph.tensors)
    if not tensors.keys().isdisjoint(graph.inputs):
        raise ValueError("gives one name to two things")
    tensors.update(dict.fromkeys(graph.inputs, Tensor((batch, length), None)))
    elements = multiplications = 0
    for node in graph.nodes:
        try:
            inputs = [tensors[name] if name else _MISSING for name in node.inputs]
            results = _OPERATORS[node.operator](inputs, node.attributes)
        except (KeyError, IndexError, TypeError, OverflowError, ZeroDivisionError) as error:
            raise ValueError(f"holds a step {node.operator} that cannot be computed") from error
        multiplications += _count_multiplications(node, inputs, results)
        elements += sum(math.prod(result.shape) for result in results)
        if multiplications > _MAX_MULTIPLICATIONS or elements > _MAX_TOTAL_ELEMENTS:
            raise ValueError("computes more than any encoder")
        if len(node.outputs) > len(results):
            raise ValueError(f"holds a step {node.operator} with too many results")
        for name, result in zip(node.outputs, results, strict=False):
            if name in tensors:
                raise ValueError("gives one name to two things")
            if name:
                tensors[name] = result
    shape = tensors["log_odds"].shape if "log_odds" in tensors else ()
    if len(shape) != 2 or shape[0] != batch or shape[1] < _FEWEST_HEADS:
        raise ValueError(f"does not give log_odds of shape ({batch}, heads), heads at least {_FEWEST_HEADS}")
    return shape[1]


_MISSING = Tensor((0,), None)


def _result(shape: Sequence[int], value: Callable[[], Any] | None = None, *inputs: Tensor) -> list[Tensor]:
    """Return a result of a shape, with its value where that is of few numbers and follows from known ones."""
    shape = tuple(int(size) for size in shape)
    if len(shape) > _MAX_RANK or any(size < 0 for size in shape) or math.prod(shape) > _MAX_ELEMENTS:
        raise ValueError(f"computes an array of more than {_MAX_ELEMENTS} numbers, or of a shape that cannot be")
    is_known = value is not None and math.prod(shape) <= _MAX_VALUES and all(each.value is not None for each in inputs)
    if not is_known or value is None:
        return [Tensor(shape, None)]
    with np.errstate(all="ignore"):
        return [Tensor(shape, np.asarray(value()).reshape(shape))]


def _known(tensor: Tensor) -> list[int]:
    """Return the numbers of a tensor that decide about a shape."""
    if tensor.value is None:
        raise ValueError("makes the size of an array depend on a text")
    numbers: list[int] = tensor.value.astype(np.int64).reshape(-1).tolist()
    return numbers


def _count_multiplications(node: Node, inputs: _Inputs, results: _Inputs) -> int:
    if node.operator in ("MatMul", "MatMulInteger", "Gemm"):
        return math.prod(results[0].shape) * max(inputs[0].shape)
    return sum(math.prod(each.shape) for each in (*inputs, *results))


def _elementwise(function: Callable[..., Any] | None = None) -> Callable[[_Inputs, Mapping[str, Any]], list[Tensor]]:
    def infer(inputs: _Inputs, _: Mapping[str, Any]) -> list[Tensor]:
        shape = np.broadcast_shapes(*(each.shape for each in inputs))
        return _result(shape, None if function is None else lambda: function(*(each.value for each in inputs)), *inputs)

    return infer


def _same(inputs: _Inputs, _: Mapping[str, Any]) -> list[Tensor]:
    return _result(inputs[0].shape)


def _identity(inputs: _Inputs, _: Mapping[str, Any]) -> list[Tensor]:
    return [inputs[0]]


def _constant(_: _Inputs, attributes: Mapping[str, Any]) -> list[Tensor]:
    tensor = attributes["value"]
    if not isinstance(tensor, Tensor) or len(attributes) > 1:
        raise ValueError("holds a constant of a kind that no encoder has")
    return [tensor]


def _cast(inputs: _Inputs, attributes: Mapping[str, Any]) -> list[Tensor]:
    dtype = _INTEGER_TYPES.get(attributes["to"])
    return _result(inputs[0].shape, None if dtype is None else lambda: np.asarray(inputs[0].value).astype(dtype), inputs[0])


def _shape(inputs: _Inputs, attributes: Mapping[str, Any]) -> list[Tensor]:
    sizes = inputs[0].shape[slice(attributes.get("start"), attributes.get("end"))]
    return [Tensor((len(sizes),), np.array(sizes, np.int64))]


def _constant_of_shape(inputs: _Inputs, attributes: Mapping[str, Any]) -> list[Tensor]:
    fill = attributes.get("value")
    shape = _known(inputs[0])
    number = None if fill is None or fill.value is None else fill.value.reshape(-1)[0]
    return _result(shape, None if number is None else lambda: np.full(shape, number))


def _expand(inputs: _Inputs, _: Mapping[str, Any]) -> list[Tensor]:
    shape = np.broadcast_shapes(_result(inputs[0].shape)[0].shape, _result(_known(inputs[1]))[0].shape)
    return _result(shape, lambda: np.broadcast_to(np.asarray(inputs[0].value), shape), inputs[0])


def _reshape(inputs: _Inputs, attributes: Mapping[str, Any]) -> list[Tensor]:
    if attributes.get("allowzero"):
        raise ValueError("reshapes an array in a way that no encoder needs")
    old = inputs[0].shape
    shape = [old[at] if size == 0 else size for at, size in enumerate(_known(inputs[1]))]
    if shape.count(-1) == 1:
        rest = math.prod(size for size in shape if size != -1)
        shape[shape.index(-1)] = math.prod(old) // rest
    if math.prod(shape) != math.prod(old):
        raise ValueError("reshapes an array to another size")
    return _result(shape, lambda: inputs[0].value, inputs[0])


def _concat(inputs: _Inputs, attributes: Mapping[str, Any]) -> list[Tensor]:
    axis, shape = attributes["axis"], list(inputs[0].shape)
    if any(len(each.shape) != len(shape) for each in inputs):
        raise ValueError("joins arrays of different ranks")
    shape[axis] = sum(each.shape[axis] for each in inputs)
    return _result(shape, lambda: np.concatenate([np.asarray(each.value) for each in inputs], axis), *inputs)


def _unsqueeze(inputs: _Inputs, _: Mapping[str, Any]) -> list[Tensor]:
    shape, axes = list(inputs[0].shape), _known(inputs[1])
    rank = len(shape) + len(axes)
    if rank > _MAX_RANK or any(not -rank <= axis < rank for axis in axes):
        raise ValueError("gives an array more dimensions than any encoder")
    for axis in sorted(axis % rank for axis in axes):
        shape.insert(axis, 1)
    return _result(shape, lambda: inputs[0].value, inputs[0])


def _transpose(inputs: _Inputs, attributes: Mapping[str, Any]) -> list[Tensor]:
    rank = len(inputs[0].shape)
    order = attributes.get("perm", tuple(range(rank))[::-1])
    if sorted(order) != list(range(rank)):
        raise ValueError("transposes an array in an order that is none")
    return _result([inputs[0].shape[axis] for axis in order])


def _gather(inputs: _Inputs, attributes: Mapping[str, Any]) -> list[Tensor]:
    data, places = inputs
    axis = range(len(data.shape))[attributes.get("axis", 0)]
    shape = (*data.shape[:axis], *places.shape, *data.shape[axis + 1 :])
    return _result(shape, lambda: np.take(np.asarray(data.value), np.asarray(places.value), axis), data, places)


def _gather_elements(inputs: _Inputs, _: Mapping[str, Any]) -> list[Tensor]:
    return _result(inputs[1].shape)


def _slice(inputs: _Inputs, _: Mapping[str, Any]) -> list[Tensor]:
    data, rank = inputs[0], len(inputs[0].shape)
    starts, ends = _known(inputs[1]), _known(inputs[2])
    axes = _known(inputs[3]) if len(inputs) > 3 and inputs[3] is not _MISSING else list(range(len(starts)))
    steps = _known(inputs[4]) if len(inputs) > 4 else [1] * len(starts)
    cuts = [slice(None)] * rank
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        cuts[axis] = slice(start, end, step)
    shape = [len(range(*cut.indices(size))) for cut, size in zip(cuts, data.shape, strict=True)]
    return _result(shape, lambda: np.asarray(data.value)[tuple(cuts)], data)


def _pad(inputs: _Inputs, _: Mapping[str, Any]) -> list[Tensor]:
    pads, rank = _known(inputs[1]), len(inputs[0].shape)
    if len(pads) != 2 * rank or (len(inputs) > 3 and inputs[3] is not _MISSING):
        raise ValueError("pads an array in a way that no encoder needs")
    return _result([size + before + after for size, before, after in zip(inputs[0].shape, pads[:rank], pads[rank:], strict=True)])


def _reduce(inputs: _Inputs, attributes: Mapping[str, Any]) -> list[Tensor]:
    rank = len(inputs[0].shape)
    if attributes.get("noop_with_empty_axes"):
        raise ValueError("sums up an array in a way that no encoder needs")
    given = attributes.get("axes") if len(inputs) == 1 else _known(inputs[1])
    axes = {range(rank)[axis] for axis in (range(rank) if given is None else given)}
    kept = attributes.get("keepdims", 1)
    return _result([1 if at in axes else size for at, size in enumerate(inputs[0].shape) if kept or at not in axes])


def _matmul(inputs: _Inputs, _: Mapping[str, Any]) -> list[Tensor]:
    left, right = inputs[0].shape, inputs[1].shape
    if len(left) < 2 or len(right) < 2 or left[-1] != right[-2]:
        raise ValueError("multiplies matrices that do not fit")
    return _result([*np.broadcast_shapes(left[:-2], right[:-2]), left[-2], right[-1]])


def _gemm(inputs: _Inputs, attributes: Mapping[str, Any]) -> list[Tensor]:
    left, right = (
        each.shape[::-1] if attributes.get(flag) else each.shape for each, flag in zip(inputs[:2], ("transA", "transB"), strict=True)
    )
    if len(left) != 2 or len(right) != 2 or left[1] != right[0]:
        raise ValueError("multiplies matrices that do not fit")
    return _result((left[0], right[1]))


def _quantise(inputs: _Inputs, _: Mapping[str, Any]) -> list[Tensor]:
    return [*_result(inputs[0].shape), Tensor((), None), Tensor((), None)]


# What the encoder that ships, and those that training/encoder exports, consist of.
_OPERATORS: Mapping[str, Callable[[_Inputs, Mapping[str, Any]], list[Tensor]]] = {
    "Add": _elementwise(np.add),
    "Cast": _cast,
    "Concat": _concat,
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "DequantizeLinear": _same,
    "Div": _elementwise(),
    "DynamicQuantizeLinear": _quantise,
    "Equal": _elementwise(np.equal),
    "Erf": _same,
    "Expand": _expand,
    "Gather": _gather,
    "GatherElements": _gather_elements,
    "Gelu": _same,
    "Gemm": _gemm,
    "Identity": _identity,
    "LayerNormalization": _same,
    "MatMul": _matmul,
    "MatMulInteger": _matmul,
    "Mul": _elementwise(np.multiply),
    "Pad": _pad,
    "Pow": _elementwise(),
    "QuantizeLinear": _same,
    "ReduceMean": _reduce,
    "ReduceSum": _reduce,
    "Relu": _same,
    "Reshape": _reshape,
    "Shape": _shape,
    "Slice": _slice,
    "Softmax": _same,
    "Sqrt": _same,
    "Sub": _elementwise(np.subtract),
    "Tanh": _same,
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
    "Where": _elementwise(np.where),
}
