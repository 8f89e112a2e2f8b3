"""Trains the encoder that reads word order; needs the extra ``encoder-training`` (PyTorch), which nothing else does."""
