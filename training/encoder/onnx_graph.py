"""Builds a graph for ONNX Runtime step by step, its large matrices in 8 bits once the ranges of what they multiply are known.

Each product of 8-bit matrices has one scale for its left side, measured before and stored. So no number depends on what else is
computed at the same time, and windows of one length can be computed together. ONNX Runtime makes one step of the steps from a
quantised left side to the product; the steps themselves are those of ONNX, so that the graph means the same wherever it is read.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["GraphBuilder", "Ranges"]

_OPSET, _FORMAT = 20, 9
_INT8_MOST, _UINT8_MOST = 127, 255

_Floats = npt.NDArray[np.floating[Any]]

Ranges = Mapping[str, tuple[float, float]]
"""By the name of a product: the least and the largest number of its left side."""


class GraphBuilder:
    """A graph that grows by one step after the other; everything has a name in it.

    Args:
        ranges: of the left sides of all products; None to leave these in float, for measuring.

    Attributes:
        left_sides: by the name of a product, what it multiplies.
    """

    def __init__(self, ranges: Ranges | None) -> None:
        self.left_sides: dict[str, str] = {}
        self._ranges = ranges
        self._nodes: list[Any] = []
        self._tensors: dict[str, npt.NDArray[Any]] = {}

    def constant(self, name: str, array: npt.ArrayLike) -> str:
        """Add an array under a name, numbers with a point in float32, and return the name."""
        values = np.asarray(array)
        self._tensors[name] = values.astype(np.float32) if values.dtype.kind == "f" else values
        return name

    def step(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """Add a step and return the name of its result."""
        from onnx import helper

        output = output or f"step{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def product(self, name: str, left: str, weights: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]) -> str:
        """Add a product with a matrix, and a sum.

        Args:
            name: of the product.
            left: what is multiplied, shape (…, m).
            weights: shape (m, n).
            bias: what is added, shape (n,).
        """
        self.left_sides[name] = left
        right = self.constant(f"{name}.weights", weights) if self._ranges is None else self._quantised_weights(name, weights)
        if self._ranges is not None:
            left = self._quantised(name, left, *self._ranges[name])
        return self.step("Add", self.step("MatMul", left, right), self.constant(f"{name}.bias", bias))

    def table(self, name: str, rows: npt.NDArray[np.float32], numbers: str) -> str:
        """Add a choice of rows of a table, which is stored in 8 bits, with a scale for each column."""
        scale, zero = _scale(rows.min(axis=0), rows.max(axis=0))
        packed = np.clip(np.rint(rows / scale) + zero, 0, _UINT8_MOST).astype(np.uint8)
        parameters = self.constant(f"{name}.scale", scale), self.constant(f"{name}.zero", zero)
        return self.step("DequantizeLinear", self.step("Gather", self.constant(name, packed), numbers), *parameters, axis=-1)

    def _quantised(self, name: str, left: str, least: float, most: float) -> str:
        scale, zero = (values.reshape(()) for values in _scale(np.array([least]), np.array([most])))
        parameters = self.constant(f"{name}.scale", scale), self.constant(f"{name}.zero", zero)
        return self.step("DequantizeLinear", self.step("QuantizeLinear", left, *parameters), *parameters)

    def _quantised_weights(self, name: str, weights: npt.NDArray[np.float32]) -> str:
        """Return a matrix in 8 bits with a scale for each column."""
        scale = np.maximum(np.abs(weights).max(axis=0), np.finfo(np.float32).tiny) / np.float32(_INT8_MOST)
        packed = np.rint(weights / scale).astype(np.int8)
        parameters = self.constant(f"{name}.columns", scale), self.constant(f"{name}.zeros", np.zeros(scale.size, np.int8))
        return self.step("DequantizeLinear", self.constant(f"{name}.weights", packed), *parameters, axis=1)

    def serialize(self, inputs: Sequence[str], output: str, heads: int, *, more: Sequence[str] = ()) -> bytes:
        """Return the graph as an ONNX file.

        Args:
            inputs: names of inputs of whole numbers, shape (k, n).
            output: name of the log-odds, shape (k, heads).
            heads: how many log-odds there are.
            more: further results to give, of float32.
        """
        from onnx import TensorProto, helper, numpy_helper

        tensors = [numpy_helper.from_array(array, name) for name, array in self._tensors.items()]
        results = [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["k", heads])]
        results += [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in more]
        values = [helper.make_tensor_value_info(name, TensorProto.INT64, ["k", "n"]) for name in inputs]
        graph = helper.make_graph(self._nodes, "encoder", values, results, tensors)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_FORMAT)
        data: bytes = model.SerializeToString()
        return data


def _scale(least: _Floats, most: _Floats) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """Return the scales of k ranges, which are made to hold 0, and the numbers that stand for 0; shape (k,)."""
    least, most = np.minimum(least, 0), np.maximum(most, 0)
    scale = (np.maximum(most - least, np.finfo(np.float32).tiny) / _UINT8_MOST).astype(np.float32)
    return scale, np.clip(np.rint(-least / scale), 0, _UINT8_MOST).astype(np.uint8)
