"""Runs compiled functions as the Python that they are written in: coverage sees that, and what is compiled has to give the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import numpy as np
import pytest

__all__ = ["python_bodies"]


@contextmanager
def python_bodies(*modules: ModuleType) -> Iterator[None]:
    """Has the compiled functions that these modules define or import run uncompiled while the block lasts.

    A module has to be among them for its functions to call others uncompiled.
    """
    with pytest.MonkeyPatch.context() as patch, np.errstate(over="ignore"):  # hashes overflow on purpose
        for module in modules:
            for name, function in list(vars(module).items()):
                if hasattr(function, "py_func"):
                    patch.setattr(module, name, function.py_func)
                elif name == "prefetch":
                    patch.setattr(module, name, lambda table, row: None)
        yield
