"""Exports a trained network as a graph for ONNX Runtime, which computes one text at a time with weights in 8 bits."""

import io
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from training.encoder.network import Network

__all__ = ["export_network"]

_OPSET = 17


def _build_graph(network: Network) -> bytes:
    """Return the network as an ONNX graph: ``ids`` and ``types`` (1, n) int64 in, ``log_odds`` (1, heads) float32 out."""
    import torch

    class OneText(torch.nn.Module):  # type: ignore[misc]
        """Computes one text, which needs no mask."""

        def __init__(self) -> None:
            super().__init__()
            self.body, self.heads = network.body, network.heads

        def forward(self, ids: Any, types: Any) -> Any:
            last = self.body(input_ids=ids, token_type_ids=types).last_hidden_state
            pooling = (1 - types)[..., None].float()
            return self.heads((last * pooling).sum(1) / pooling.sum(1))

    out = io.BytesIO()
    with warnings.catch_warnings():
        # The warning is about a newer exporter, which needs a further package and gives the same results in ONNX Runtime.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            OneText().eval(),
            (torch.ones((1, 12), dtype=torch.int64), torch.zeros((1, 12), dtype=torch.int64)),
            out,
            input_names=["ids", "types"],
            output_names=["log_odds"],
            dynamic_axes={"ids": {1: "n"}, "types": {1: "n"}},
            opset_version=_OPSET,
            dynamo=False,
        )
    return out.getvalue()


def _quantise_graph(graph: bytes) -> bytes:
    """Return a graph with weights and embeddings in 8 bits; activations are quantised dynamically, for each text by their range."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        before.write_bytes(graph)
        quantize_dynamic(before, after, weight_type=QuantType.QInt8, per_channel=True, reduce_range=False)
        return after.read_bytes()


def export_network(network: Network) -> npt.NDArray[np.uint8]:
    """Return the network as an artefact stores it: the bytes of a graph with 8-bit weights."""
    return np.frombuffer(_quantise_graph(_build_graph(network)), np.uint8)
