"""The decorator of compiled functions, with a cache that holds in development and in a read-only container.

Numba's own cache has three habits that do not suit us. It calls a compiled function fresh while that function's own file
is unchanged, though the code compiled in comes from other files too. It refuses a folder that it cannot write to, if only
to read what lies there. And where it finds no folder to write to, the import fails.

Here a compiled function is fresh while no module with compiled functions in its folder or below ``model/`` has changed; a
folder need not be writable; and what cannot be stored is compiled again by the next process. What was compiled lies, in
this order: in NUMBA_CACHE_DIR, if set; beside the source, if it lies there already or can be written; in the user's cache
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

_HIDDEN = "scipy" not in sys.modules
if _HIDDEN:
    # Importing Numba imports SciPy's linear algebra, 0.2 s and 20 MB that no kernel of ours needs; it does without one it cannot find.
    sys.modules["scipy"] = None  # type: ignore[assignment]
try:
    from llvmlite import ir  # type: ignore[import-untyped]
    from numba import njit, types
    from numba.core import caching, cgutils, config
    from numba.extending import intrinsic
    from numba.np.arrayobj import make_array

    importlib.import_module("numba.np.arraymath")  # what looks for it, once
finally:
    if _HIDDEN:
        del sys.modules["scipy"]

__all__ = ["inlined", "inner", "kernel", "prefetch"]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_MARK = b"from model.numba_cache import"


def kernel(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compiles a function at its first call, without the interpreter lock, and stores the machine code.

    Args:
        function: what Numba can compile; its module has to be importable from a file.

    Returns:
        A function with the same parameters, which other kernels may call too.
    """
    return _compiled(function, counted=True)


def inner(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compiles a function that only kernels call and that neither makes arrays nor returns any, else as ``kernel`` does.

    Arrays are not counted in it (each would cost two atomic operations at every call that is not inlined, which made up
    half of the time of the normalisation): its callers hold them anyway.
    """
    return _compiled(function, counted=False)


def _compiled(function: Callable[Arguments, Result], *, counted: bool) -> Callable[Arguments, Result]:
    make: Any = njit  # its stub does not know _nrt
    compiled = make(nogil=True, _nrt=counted)(function)
    compiled._cache = _Cache(function)  # type: ignore[no-untyped-call]
    return compiled  # type: ignore[no-any-return]


def inlined(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compiles a function into each kernel that calls it; for the small ones in inner loops.

    An array that is handed to a kernel proper costs two atomic operations on its reference count at each call: with those,
    reading a comment took three times as long.
    """
    compiled: Callable[Arguments, Result] = njit(nogil=True, inline="always")(function)
    return compiled


def _fetch(typingctx: Any, table: Any, row: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        array = make_array(kind)(context, builder, arguments[0])  # type: ignore[no-untyped-call]
        place = context.cast(builder, arguments[1], signature.args[1], types.intp)
        places = [place, *[context.get_constant(types.intp, 0)] * (kind.ndim - 1)]
        at = cgutils.get_item_pointer(context, builder, kind, array, places, wraparound=False)  # type: ignore[no-untyped-call]
        number = ir.IntType(32)
        address = builder.bitcast(at, ir.IntType(8).as_pointer())
        emitted = builder.module.declare_intrinsic(
            "llvm.prefetch", [address.type], ir.FunctionType(ir.VoidType(), [address.type, number, number, number])
        )
        builder.call(emitted, [address, number(0), number(3), number(1)])  # to read, to keep, data
        return context.get_dummy_value()

    return types.void(table, row), emit


prefetch: Callable[[Any, Any], None] = intrinsic(_fetch)  # type: ignore[assignment]
"""In a kernel: has an entry of an array, or the beginning of a row, brought into the cache while the work goes on."""


class _Folder(caching.UserProvidedCacheLocator):
    """A folder of machine code for the functions of one source file."""

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> "_Folder":
        locator = cls(py_func, py_file)
        locator._cache_path = str(_folder(Path(py_file), name=cls.get_suitable_cache_subpath(py_file)))  # type: ignore[no-untyped-call]
        return locator

    def get_source_stamp(self) -> bytes:
        return _stamp(Path(self._py_file).parent)


class _CacheImpl(caching.CompileResultCacheImpl):
    _locator_classes = [_Folder]  # noqa: RUF012 - as the base class declares it


class _Cache(caching.FunctionCache):
    _impl_class = _CacheImpl

    def load_overload(self, sig: object, target_context: object) -> object:
        try:
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except OSError:
            pass
        except Exception:
            # What an earlier version stored may name types that are gone, what was cut off cannot be read: compiled anew, it is replaced.
            with suppress(OSError):
                self._cache_file.flush()  # type: ignore[no-untyped-call]
        return None

    def save_overload(self, sig: object, data: object) -> None:
        with suppress(OSError):
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]


def _folder(source: Path, *, name: str) -> Path:
    given: str = getattr(config, "CACHE_DIR", "")
    if given:
        return Path(given) / name
    beside = source.parent / "__pycache__"
    if os.access(beside if beside.exists() else beside.parent, os.W_OK) or any(beside.glob("*.nbi")):
        return beside
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - Path.expanduser raises without a home
    return Path(base) / "tipstaff" / name


@lru_cache
def _stamp(folder: Path) -> bytes:
    """Return a digest of all modules with compiled functions, in a folder and anywhere below ``model/``, whose functions all may call."""
    digest = hashlib.sha256()
    model = Path(__file__).parent
    for path in sorted({*folder.glob("*.py"), *model.rglob("*.py")}):
        source = path.read_bytes()
        if _MARK in source:
            digest.update(os.path.relpath(path, model).encode() + b"\0" + source)
    return digest.digest()
