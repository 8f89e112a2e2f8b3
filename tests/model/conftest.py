"""What the tests of the rooms below share: those of the encoder need ONNX Runtime, the extra ``encoder``."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("onnxruntime") else ["test_encoder.py", "test_second.py"]
