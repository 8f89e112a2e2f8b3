"""Reads the network of an encoder from its ONNX file, and refuses what could run without end or need more room than it says."""
