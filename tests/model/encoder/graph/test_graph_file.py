"""Networks in ONNX's format are read as far as encoders need it, and no further."""

from pathlib import Path
from random import Random

import numpy as np
import pytest

from model.encoder.graph.graph_file import Tensor, read_graph
from tests.model.encoder.onnx_bytes import build_model, build_node, build_opset, build_tensor, encode_field

ROOT = Path(__file__).parents[4]
TINY = (ROOT / "tests" / "encoder.onnx").read_bytes()
NODE = build_node("Identity", ["ids"], ["log_odds"])
ONE = np.ones(1, np.float32)


def test_a_graph_is_read() -> None:
    """Steps, arrays, inputs and outputs come as they are in the file; the numbers of large arrays and of floats stay there."""
    nodes = [build_node("Gather", ["table", "ids"], ["log_odds"], axis=-1, ints=[1, -2], start=np.array([3]))]
    graph = read_graph(memoryview(build_model(nodes, {"table": ONE, "few": np.array([[4, -5]]), "many": np.zeros(5_000, np.int64)})))

    (node,) = graph.nodes
    assert (node.operator, node.inputs, node.outputs) == ("Gather", ["table", "ids"], ["log_odds"])
    assert (node.attributes["axis"], node.attributes["ints"], node.attributes["start"].value.tolist()) == (-1, (1, -2), [3])
    assert graph.tensors["table"] == Tensor((1,), None)
    assert graph.tensors["few"].value is not None
    assert graph.tensors["few"].value.tolist() == [[4, -5]]
    assert graph.tensors["many"] == Tensor((5_000,), None)
    assert (graph.inputs, graph.outputs) == ({"ids": (7, (1, None))}, {"log_odds": (1, (1, 2))})


def test_the_shipped_network_is_read() -> None:
    """The encoder that ships consists of what is known."""
    network = np.load(ROOT / "model" / "default" / "network.npy")

    assert len(read_graph(network.data).nodes) > 100


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "needs operators"),
        (build_model([NODE], opsets=build_opset(12)), "needs operators"),
        (build_model([NODE], opsets=build_opset() + build_opset(1, "com.microsoft")), "needs operators"),
        (build_model([NODE], opsets=build_opset(17, "com.microsoft")), "needs operators"),
        (build_opset(), "has no graph"),
        (build_model([NODE], more=encode_field(25, b"")), "what no encoder has"),  # a function
        (build_model([NODE], more=encode_field(20, b"")), "what no encoder has"),  # training
        (build_model([NODE], more_graph=encode_field(15, b"")), "what no encoder has"),  # a sparse array
        (build_model([build_node("If", [], ["x"], more=encode_field(5, encode_field(6, b"")))]), "what no encoder has"),  # a subgraph
        (build_model([build_node("Attention", [], ["x"], more=encode_field(7, "com.microsoft"))]), "another maker"),
        (build_model([NODE], more_graph=encode_field(5, build_tensor("x", ONE, more=encode_field(13, b"")))), "what no encoder has"),
        (build_model([NODE], more_graph=encode_field(5, build_tensor("x", ONE, more=encode_field(14, 1)))), "elsewhere"),
        (build_model([NODE], more_graph=encode_field(5, build_tensor("x", ONE, dims=[2**62]))), "does not fit"),
        (build_model([NODE], more_graph=encode_field(5, build_tensor("x", ONE, dims=[0, 2**62]))), "fit"),
        (build_model([NODE], more_graph=encode_field(5, build_tensor("x", ONE, dims=[1] * 9))), "of a kind"),
        (build_model([NODE], more_graph=encode_field(5, build_tensor("x", ONE)) * 2), "two arrays"),
        (build_model([NODE], {"x": np.array([1, np.nan], np.float32)}), "not finite"),
        (build_model([NODE], {"x": np.array([-np.inf], np.float64)}), "not finite"),
    ],
)
def test_what_no_encoder_has_is_refused(data: bytes, reason: str) -> None:
    """Functions, subgraphs, data in other files, other operators' makers and numbers that cannot be are refused."""
    with pytest.raises(ValueError, match=reason):
        read_graph(memoryview(data))


def test_damaged_files_are_read_or_refused() -> None:
    """Whatever byte of a network is another one, it is read or refused by a ValueError of one line."""
    random, refusals = Random(1), []
    for _ in range(2_000):
        data = bytearray(TINY)
        for _ in range(random.randint(1, 3)):
            data[random.randrange(400) if random.random() < 0.8 else random.randrange(len(data))] = random.randrange(256)
        try:
            read_graph(memoryview(data))
        except ValueError as error:
            refusals.append(str(error))
    assert len(refusals) > 500
    assert all(refusal.isprintable() for refusal in refusals)
