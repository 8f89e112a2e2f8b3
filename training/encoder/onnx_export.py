"""Exports a trained network as a graph for ONNX Runtime, with weights in 8 bits, that computes windows of one length together."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from training.encoder.network import Network
from training.encoder.onnx_graph import GraphBuilder, Ranges

__all__ = ["export_network"]

_BEGIN, _END = 2, 3  # numbers of the marks in the vocabularies that are chosen from BERT's
_SAMPLES, _LONGEST_SAMPLE, _SHORTEST_SAMPLE = 100, 90, 4
_FLOAT32 = 1  # ONNX's number for the kind of numbers

_Weights = dict[str, npt.NDArray[np.float32]]


def export_network(network: Network, *, contexts: bool = True) -> npt.NDArray[np.uint8]:
    """Return the network as an artefact stores it: the bytes of a graph from ``ids`` and ``types`` (k, n) to ``log_odds`` (k, heads).

    Args:
        network: the trained network.
        contexts: whether it reads what a comment answers; if it does not, the graph has no ``types``.
    """
    weights = {name: values.detach().cpu().float().numpy() for name, values in network.parameters()}
    ranges = _measure_ranges(weights, network.body.config)
    return np.frombuffer(_add_network(GraphBuilder(ranges), weights, network.body.config, contexts=contexts), np.uint8)


def _measure_ranges(weights: _Weights, config: Any) -> Ranges:
    """Return the ranges of the left sides of all products, over windows of pieces drawn at random.

    Such windows reach a little further than comments do: log-odds by their ranges are as near to those in float as by ranges of comments,
    and the largest difference is smaller.
    """
    import onnxruntime

    builder = GraphBuilder(None)
    _add_network(builder, weights, config)
    names = list(builder.left_sides)
    data = _add_network(GraphBuilder(None), weights, config, more=list(builder.left_sides.values()))
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    least, most = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    for ids, types in _sample_windows(len(weights["body.embeddings.word_embeddings.weight"]), config.max_position_embeddings):
        _, *values = session.run(None, {"ids": ids, "types": types})
        for name, value in zip(names, values, strict=True):
            least[name], most[name] = min(least[name], float(value.min())), max(most[name], float(value.max()))
    return {name: (least[name], most[name]) for name in names}


def _sample_windows(pieces: int, positions: int) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Yield numbers and types of the pieces of windows, every other one with a context; shape (1, n) each."""
    random = np.random.default_rng(0)
    for number in range(_SAMPLES):
        size = int(random.integers(_SHORTEST_SAMPLE, min(_LONGEST_SAMPLE, positions) + 1))
        ids = random.integers(_END + 1, pieces, size)
        ids[0], ids[-1] = _BEGIN, _END
        types = np.zeros(size, np.int64)
        if number % 2:
            end = int(random.integers(1, size - 1))
            ids[end], types[end + 1 :] = _END, 1
        yield ids[None], types[None]


def _add_network(builder: GraphBuilder, weights: _Weights, config: Any, *, more: list[str] | None = None, contexts: bool = True) -> bytes:
    """Add all steps of a network, and return the graph as an ONNX file."""
    states = _add_embeddings(builder, weights, config, contexts=contexts)
    for layer in range(config.num_hidden_layers):
        name = f"body.encoder.layer.{layer}."
        attended = _add_attention(builder, weights, states, name, config)
        states = _add_normalisation(builder, weights, [attended, states], f"{name}attention.output.LayerNorm", config)
        inner = builder.step("Gelu", _add_linear(builder, weights, states, f"{name}intermediate.dense"))
        outer = _add_linear(builder, weights, inner, f"{name}output.dense")
        states = _add_normalisation(builder, weights, [outer, states], f"{name}output.LayerNorm", config)
    _add_heads(builder, weights, states, contexts=contexts)
    inputs = ["ids", "types"] if contexts else ["ids"]
    return builder.serialize(inputs, "log_odds", weights["heads.bias"].size, more=more or ())


def _add_embeddings(builder: GraphBuilder, weights: _Weights, config: Any, *, contexts: bool) -> str:
    """Add the sum of the embeddings of pieces, places and types, normalised."""
    name = "body.embeddings."
    words = builder.table(f"{name}words", weights[f"{name}word_embeddings.weight"], "ids")
    length, first = builder.step("Shape", "ids", start=1, end=2), builder.constant("first", np.array([0]))
    places = builder.step("Slice", builder.constant(f"{name}places", weights[f"{name}position_embeddings.weight"]), first, length, first)
    table = weights[f"{name}token_type_embeddings.weight"]
    types = builder.constant(f"{name}types", table if contexts else table[0])
    if contexts:
        types = builder.step("Gather", types, "types")
    return _add_normalisation(builder, weights, [builder.step("Add", words, places), types], f"{name}LayerNorm", config)


def _add_normalisation(builder: GraphBuilder, weights: _Weights, parts: list[str], name: str, config: Any) -> str:
    """Add the sum of two parts, brought to mean 0 and deviation 1 piece by piece, then scaled and moved."""
    scale, shift = (builder.constant(f"{name}.{part}", weights[f"{name}.{part}"]) for part in ("weight", "bias"))
    return builder.step("LayerNormalization", builder.step("Add", *parts), scale, shift, axis=-1, epsilon=float(config.layer_norm_eps))


def _add_linear(builder: GraphBuilder, weights: _Weights, states: str, name: str) -> str:
    return builder.product(name, states, weights[f"{name}.weight"].T, weights[f"{name}.bias"])


def _add_attention(builder: GraphBuilder, weights: _Weights, states: str, name: str, config: Any) -> str:
    """Add the attention of a layer; queries, keys and values come from one product, the queries already scaled."""
    count = config.num_attention_heads
    size = config.hidden_size // count
    names = [f"{name}attention.self.{part}" for part in ("query", "key", "value")]
    factors = np.array([size**-0.5, 1, 1], np.float32)
    matrix = np.concatenate([weights[f"{part}.weight"].T * factor for part, factor in zip(names, factors, strict=True)], axis=1)
    bias = np.concatenate([weights[f"{part}.bias"] * factor for part, factor in zip(names, factors, strict=True)])
    all_three = builder.product(f"{name}attention.self", states, matrix, bias)
    split = builder.step("Reshape", all_three, builder.constant("split", np.array([0, 0, 3, count, size])))
    turned = builder.step("Transpose", split, perm=[2, 0, 3, 1, 4])
    query, key, value = (builder.step("Gather", turned, builder.constant(f"part{part}", np.array(part)), axis=0) for part in range(3))
    likeness = builder.step("MatMul", query, builder.step("Transpose", key, perm=[0, 1, 3, 2]))
    mixed = builder.step("MatMul", builder.step("Softmax", likeness, axis=-1), value)
    joined = builder.step(
        "Reshape",
        builder.step("Transpose", mixed, perm=[0, 2, 1, 3]),
        builder.constant("join", np.array([0, 0, config.hidden_size])),
    )
    return _add_linear(builder, weights, joined, f"{name}attention.output.dense")


def _add_heads(builder: GraphBuilder, weights: _Weights, states: str, *, contexts: bool) -> None:
    """Add the log-odds, from the mean over the pieces of the comment, which are of type 0.

    The products are summed up row by row, because the order in which a product of matrices sums up may depend on the number of rows.
    """
    types = "types" if contexts else builder.step("Sub", "ids", "ids")
    is_comment = builder.step("Cast", builder.step("Sub", builder.constant("one", np.array(1)), types), to=_FLOAT32)
    row = builder.step("Unsqueeze", is_comment, builder.constant("middle", np.array([1])))
    last = builder.constant("last", np.array([2]))
    mean = builder.step("Div", builder.step("MatMul", row, states), builder.step("ReduceSum", row, last, keepdims=1))
    terms = builder.step("Mul", mean, builder.constant("heads.weight", weights["heads.weight"][None]))
    log_odds = builder.step("ReduceSum", terms, last, keepdims=0)
    builder.step("Add", log_odds, builder.constant("heads.bias", weights["heads.bias"]), output="log_odds")
