"""How large a network's arrays are is known before it is computed, and what is too large is refused."""

from pathlib import Path

import numpy as np
import pytest

from model.array_types import AnyArray
from model.encoder.graph.graph_file import Graph, read_graph
from model.encoder.graph.graph_sizes import check_graph, check_sizes
from tests.model.encoder.onnx_bytes import build_model, build_node

ROOT = Path(__file__).parents[4]
INTS = {"axes": np.array([1]), "zero": np.array([0]), "one": np.array([1]), "huge": np.array([3_000_000_000])}
TABLES: dict[str, AnyArray] = {
    "log": np.zeros((1, 2), np.float32),
    "table": np.zeros((9, 2), np.float32),
    "wide": np.zeros((9, 40_000), np.float32),
}


def graph_of(*nodes: bytes) -> Graph:
    """Return a graph of these steps, with some arrays that they may use."""
    return read_graph(memoryview(build_model(nodes, INTS | TABLES)))


@pytest.mark.parametrize(("network", "heads"), [("model/default/network.npy", 7), ("tests/encoder.onnx", 2)])
@pytest.mark.parametrize("length", [2, 3, 17, 96])
def test_encoders_are_within_bounds(network: str, heads: int, length: int) -> None:
    """The encoder that ships gives seven log-odds and a tiny one two, however long the text is."""
    data = np.load(ROOT / network) if network.endswith(".npy") else np.frombuffer((ROOT / network).read_bytes(), np.uint8)
    graph = read_graph(data.data)

    check_graph(graph)
    assert check_sizes(graph, length) == heads


def test_sizes_may_follow_from_the_length() -> None:
    """Sizes that are computed from the length of the text, as exported networks do, are followed."""
    graph = graph_of(
        build_node("Shape", ["ids"], ["shape"]),
        build_node("Gather", ["shape", "one"], ["length"], axis=0),
        build_node("Concat", ["length", "one"], ["target"], axis=0),
        build_node("Reshape", ["ids", "target"], ["column"]),
        build_node("Gather", ["table", "column"], ["rows"]),
        build_node("ReduceMean", ["rows"], ["means"], axes=[0], keepdims=0),
        build_node("Identity", ["means"], ["log_odds"]),
    )

    assert check_sizes(graph, 17) == 2


def test_texts_may_be_computed_together() -> None:
    """A network that computes texts together has a row of log-odds for each, and its arrays are as large as all of them need."""
    gather, mean = build_node("Gather", ["table", "ids"], ["rows"]), build_node("ReduceMean", ["rows"], ["log_odds"], axes=[1], keepdims=0)
    assert check_sizes(graph_of(gather, mean), 17, batch=5) == 2
    wide = build_node("Gather", ["wide", "ids"], ["many"])
    check_sizes(graph_of(gather, mean, wide), 96, batch=8)
    with pytest.raises(ValueError, match="more than"):
        check_sizes(graph_of(gather, mean, wide), 96, batch=9)
    with pytest.raises(ValueError, match=r"of shape \(3, heads\)"):
        check_sizes(graph_of(build_node("Identity", ["log"], ["log_odds"])), 17, batch=3)


@pytest.mark.parametrize("operator", ["Gelu", "QuantizeLinear"])
def test_results_of_steps_by_number_are_as_large_as_what_they_are_of(operator: str) -> None:
    """What is computed number by number has the shape of its first input, whatever scales there are."""
    inputs = ["log"] if operator == "Gelu" else ["log", "one", "zero"]
    assert check_sizes(graph_of(build_node(operator, inputs, ["log_odds"])), 17) == 2


def test_unknown_operators_are_refused() -> None:
    """Loops, conditions and whatever else no encoder has are refused by their names."""
    for operator in ("Loop", "If", "Scan", "Tile", "Range", "RandomNormal", "Einsum", "", "x\n\x1b"):
        with pytest.raises(ValueError, match="uses the operator"):
            check_graph(graph_of(build_node(operator, ["ids"], ["log_odds"])))


@pytest.mark.parametrize(
    ("nodes", "reason"),
    [
        ([build_node("ConstantOfShape", ["huge"], ["x"])], "more than"),
        ([build_node("Expand", ["table", "huge"], ["x"])], "broadcast|more than"),
        ([build_node("Expand", ["one", "huge"], ["x"])], "more than"),
        ([build_node("Pad", ["one", "pads"], ["x"])], "cannot be computed"),
        (
            [build_node("Gather", ["wide", "ids"], ["x"]), *(build_node("Gather", ["wide", "ids"], [f"y{k}"]) for k in range(200))],
            "computes more",
        ),
        ([build_node("MatMul", ["wide", "table"], ["x"])], "do not fit"),
        ([build_node("ConstantOfShape", ["ids"], ["x"])], "depend on a text"),
        ([build_node("Reshape", ["table", "ids"], ["x"])], "depend on a text"),
        ([build_node("Slice", ["table", "zero", "one", "axes", "zero"], ["x"])], "zero|cannot"),
        ([build_node("Unsqueeze", ["table", "huge"], ["x"])], "more dimensions"),
        ([build_node("Transpose", ["table"], ["x"], perm=[0, 0])], "an order that is none"),
        ([build_node("Reshape", ["table", "zero"], ["x"])], "another size"),
        ([build_node("Add", ["later", "table"], ["x"]), build_node("Identity", ["table"], ["later"])], "cannot be computed"),
        ([build_node("Identity", ["table"], ["ids"])], "one name to two things"),
        ([build_node("Identity", ["table"], ["x", "y"])], "too many results"),
        ([build_node("Constant", [], ["x"], value=3)], "constant of a kind"),
        ([build_node("Identity", ["table"], ["log_odds"])], "does not give log_odds"),
        ([build_node("Shape", [], ["x"])], "cannot be computed"),
        ([build_node("Cast", ["table"], ["x"])], "cannot be computed"),
        ([build_node("Concat", ["table", "one"], ["x"], axis=0)], "different ranks"),
        ([build_node("ReduceSum", ["table"], ["x"], noop_with_empty_axes=1)], "sums up"),
    ],
)
def test_what_cannot_or_must_not_be_computed_is_refused(nodes: list[bytes], reason: str) -> None:
    """Arrays of gigabytes, sizes that depend on what a text says, and steps that make no sense are refused without computing anything."""
    with pytest.raises(ValueError, match=reason) as caught:
        check_sizes(graph_of(*nodes), 512)
    assert str(caught.value).isprintable()


def test_long_work_is_refused() -> None:
    """Matrices whose product would take minutes are refused, though they are small enough themselves."""
    square: dict[str, AnyArray] = {"square": np.zeros((4_000, 4_000), np.int8), "log": np.zeros((1, 2), np.float32)}
    nodes = [build_node("MatMulInteger", ["square", "square"], [f"x{at}"]) for at in range(20)]
    graph = read_graph(memoryview(build_model([*nodes, build_node("Identity", ["log"], ["log_odds"])], square)))

    with pytest.raises(ValueError, match="computes more"):
        check_sizes(graph, 2)


def test_inputs_and_outputs_have_to_be_those_of_an_encoder() -> None:
    """A network of other inputs or outputs is refused."""
    graph = graph_of(build_node("Identity", ["table"], ["log_odds"]))

    for changed in (
        Graph(graph.nodes, graph.tensors, {}, graph.outputs),
        Graph(graph.nodes, graph.tensors, graph.inputs, {**graph.outputs, "more": (1, (1,))}),
        Graph(graph.nodes, graph.tensors, {"ids": (1, (1, None))}, graph.outputs),
        Graph(graph.nodes, graph.tensors, graph.inputs, {"log_odds": (11, (1, 2))}),
    ):
        with pytest.raises(ValueError, match="has to"):
            check_graph(changed)
