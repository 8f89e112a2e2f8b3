"""The decorators of compiled functions, and a cache of machine code that works in development and in a read-only container.

Numba's own cache does not suit us in three ways. It takes a function's machine code for fresh while the file of that function is
unchanged, although code from other files is compiled into it. It refuses a folder that it cannot write to, even for reading. And
where it finds no folder to write to, the import fails.

Here machine code is fresh while no module with compiled functions has changed, in the folder of the function or anywhere below
``model/``; a folder need not be writable; and what cannot be stored is compiled again by the next process. Machine code is kept, in
this order, in NUMBA_CACHE_DIR if that is set; beside the source, if it is there already or can be written; in the user's cache
folder.
"""

import hashlib
import importlib
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

_HIDE_SCIPY = "scipy" not in sys.modules
if _HIDE_SCIPY:
    # Numba imports SciPy's linear algebra if it can, 0.2 s and 20 MB that no kernel of ours needs.
    sys.modules["scipy"] = None  # type: ignore[assignment]
try:
    from llvmlite import ir  # type: ignore[import-untyped]
    from numba import njit, types
    from numba.core import caching, cgutils, config
    from numba.extending import intrinsic
    from numba.np.arrayobj import make_array

    importlib.import_module("numba.np.arraymath")  # the module that imports SciPy
finally:
    if _HIDE_SCIPY:
        del sys.modules["scipy"]

__all__ = ["inlined", "inner", "kernel", "prefetch"]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_MARK = b"from model.numba_cache import"  # in the source of every module with compiled functions


def kernel(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a function at its first call, to run without the interpreter lock, and store the machine code.

    Args:
        function: one that Numba can compile, defined in a file.

    Returns:
        A function with the same parameters, which Python and other compiled functions may call.
    """
    return _compile(function, count_references=True)


def inner(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a function that only compiled functions call and that neither allocates nor returns arrays, otherwise as ``kernel``.

    References to arrays are not counted in it, since its callers hold them anyway. Counting costs two atomic operations for each
    array at every call that is not inlined, which was half of the time of the normalisation.
    """
    return _compile(function, count_references=False)


def inlined(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a function as ``inner`` does, into each function that calls it, however large it is.

    LLVM inlines small functions by itself. This is for larger ones in inner loops: a call hands over each array as seven values, which
    may cost as much as what the function then does.
    """
    return _compile(function, count_references=False, always_inline=True)


def _compile(function: Callable[Arguments, Result], *, count_references: bool, always_inline: bool = False) -> Callable[Arguments, Result]:
    untyped_njit: Any = njit  # its stub does not know these options
    compiled = untyped_njit(nogil=True, _nrt=count_references, forceinline=always_inline)(function)
    compiled._cache = _Cache(function)  # type: ignore[no-untyped-call]
    return compiled  # type: ignore[no-any-return]


def _build_prefetch(typingctx: Any, table: Any, row: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        array = make_array(kind)(context, builder, arguments[0])  # type: ignore[no-untyped-call]
        index = context.cast(builder, arguments[1], signature.args[1], types.intp)
        indices = [index, *[context.get_constant(types.intp, 0)] * (kind.ndim - 1)]
        pointer = cgutils.get_item_pointer(context, builder, kind, array, indices, wraparound=False)  # type: ignore[no-untyped-call]
        number = ir.IntType(32)
        address = builder.bitcast(pointer, ir.IntType(8).as_pointer())
        instruction = builder.module.declare_intrinsic(
            "llvm.prefetch", [address.type], ir.FunctionType(ir.VoidType(), [address.type, number, number, number])
        )
        builder.call(instruction, [address, number(0), number(3), number(1)])  # for reading, to be kept, data
        return context.get_dummy_value()

    return types.void(table, row), emit


prefetch: Callable[[Any, Any], None] = intrinsic(_build_prefetch)  # type: ignore[assignment]
"""In a compiled function: start loading an entry of an array, or the beginning of a row, into the processor's cache, without waiting."""


class _CodeFolder(caching.UserProvidedCacheLocator):
    """A folder of machine code for the functions of one source file."""

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> "_CodeFolder":
        locator = cls(py_func, py_file)
        locator._cache_path = str(_code_folder(Path(py_file), name=cls.get_suitable_cache_subpath(py_file)))  # type: ignore[no-untyped-call]
        return locator

    def get_source_stamp(self) -> bytes:
        return _stamp(Path(self._py_file).parent)


class _CacheImpl(caching.CompileResultCacheImpl):
    _locator_classes = [_CodeFolder]  # noqa: RUF012 - as the base class declares it


class _Cache(caching.FunctionCache):
    _impl_class = _CacheImpl

    def load_overload(self, sig: object, target_context: object) -> object:
        try:
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except OSError:
            pass
        except Exception:
            # Machine code of an earlier version may name types that are gone, and a file may be cut off: it is compiled anew and replaced.
            with suppress(OSError):
                self._cache_file.flush()  # type: ignore[no-untyped-call]
        return None

    def save_overload(self, sig: object, data: object) -> None:
        with suppress(OSError):
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]


def _code_folder(source: Path, *, name: str) -> Path:
    """Return where the machine code of a source file is kept; ``name`` is its sub-folder where it is not beside the source."""
    setting: str = getattr(config, "CACHE_DIR", "")
    if setting:
        return Path(setting) / name
    beside = source.parent / "__pycache__"
    if os.access(beside if beside.exists() else beside.parent, os.W_OK) or any(beside.glob("*.nbi")):
        return beside
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - Path.expanduser raises without a home
    return Path(base) / "tipstaff" / name


@lru_cache
def _stamp(folder: Path) -> bytes:
    """Return a digest of all modules with compiled functions in a folder, and anywhere below ``model/``, which all may call."""
    digest = hashlib.sha256()
    model = Path(__file__).parent
    for path in sorted({*folder.glob("*.py"), *model.rglob("*.py")}):
        source = path.read_bytes()
        if _MARK in source:
            digest.update(os.path.relpath(path, model).encode() + b"\0" + source)
    return digest.digest()
