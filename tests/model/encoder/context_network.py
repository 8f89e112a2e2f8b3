"""Writes a tiny encoder with random weights that reads a context and has any number of heads."""

import numpy as np

from model.array_types import AnyArray, ByteArray
from tests.model.encoder.onnx_bytes import build_model, build_node

__all__ = ["build_context_network"]

_PIECES, _WIDTH = 200, 4


def build_context_network(*, heads: int = 7, batch: int | str = 1) -> ByteArray:
    """Return a network of which each piece's numbers are squared after the mean of all is added, so that the context counts.

    Its log-odds come from the mean over the pieces of the comment alone, type 0. It computes one window at a time, or with ``batch`` of "k"
    any number.
    """
    random = np.random.default_rng(3)
    tensors: dict[str, AnyArray] = {
        "table": random.normal(size=(_PIECES, _WIDTH)).astype(np.float32),
        "of_types": random.normal(size=(2, _WIDTH)).astype(np.float32),
        "heads": random.normal(size=(1, heads, _WIDTH)).astype(np.float32),
        "one": np.array([1]),
        "last": np.array([2]),
        "middle": np.array([1]),
    }
    nodes = [
        build_node("Gather", ["table", "ids"], ["pieces"]),
        build_node("Gather", ["of_types", "types"], ["marks"]),
        build_node("Add", ["pieces", "marks"], ["rows"]),
        build_node("ReduceMean", ["rows"], ["mean"], axes=[1], keepdims=1),
        build_node("Add", ["rows", "mean"], ["moved"]),
        build_node("Mul", ["moved", "moved"], ["squared"]),
        build_node("Sub", ["one", "types"], ["is_comment"]),
        build_node("Cast", ["is_comment"], ["weight"], to=1),
        build_node("Unsqueeze", ["weight", "last"], ["weights"]),
        build_node("Mul", ["squared", "weights"], ["weighted"]),
        build_node("ReduceSum", ["weighted", "middle"], ["sum"], keepdims=1),
        build_node("ReduceSum", ["weights", "middle"], ["count"], keepdims=1),
        build_node("Div", ["sum", "count"], ["pooled"]),
        build_node("Mul", ["pooled", "heads"], ["terms"]),
        build_node("ReduceSum", ["terms", "last"], ["log_odds"], keepdims=0),
    ]
    return np.frombuffer(build_model(nodes, tensors, inputs=("ids", "types"), batch=batch), np.uint8)
