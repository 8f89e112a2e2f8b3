"""What all tests share: limits of time, what runs at night alone, and the rule that a skipped test fails a run in CI."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

_SLOW_SECONDS = 900
"""How long a slow test may take on a busy machine; the limit of the others is in pyproject.toml."""

# A machine that is busy makes no example fail.
settings.register_profile("tipstaff", deadline=None, derandomize="CI" in os.environ)
settings.register_profile("nightly", deadline=None, max_examples=1000)


@pytest.fixture(autouse=True, scope="session")
def _own_data() -> Iterator[None]:
    """Keeps what a tested service keeps in a folder of the tests' own, in this process and in those that it starts."""
    with tempfile.TemporaryDirectory(prefix="tipstaff-data-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIPSTAFF_DATA_DIR", folder)
        patch.delenv("TIPSTAFF_DATABASE_URL", raising=False)
        # Whichever language packs are installed, a tested service reads English, and the packs of the folder that a test names.
        patch.setenv("TIPSTAFF_LANGUAGES", "off")
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option that runs everything."""
    parser.addoption("--nightly", action="store_true", help="run tests marked nightly too, and more examples of each property")


def pytest_configure(config: pytest.Config) -> None:
    """Chooses how many examples Hypothesis tries where a test does not say so itself."""
    settings.load_profile("nightly" if config.getoption("nightly") else "tipstaff")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves nightly tests out, gives slow ones more time, and puts their files first, so that no process is still at one at the end."""
    if not config.getoption("nightly"):
        nightly = [item for item in items if item.get_closest_marker("nightly")]
        config.hook.pytest_deselected(items=nightly)
        items[:] = [item for item in items if item not in nightly]
    slow = [item for item in items if item.get_closest_marker("slow")]
    if not config.getoption("nightly"):  # which has a limit of its own, longer than this, for all tests
        for item in slow:
            item.add_marker(pytest.mark.timeout(_SLOW_SECONDS), append=False)
    files = {item.path for item in slow}
    items.sort(key=lambda item: item.path not in files)


def _failing_skips(config: pytest.Config) -> list[pytest.TestReport]:
    """Returns the skipped tests that fail a run in CI: all but those that need the corpus, which not every machine has."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    skipped = terminal.stats.get("skipped", []) if terminal else []
    return [report for report in skipped if "../shared" not in str(report.longrepr)]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails a run in CI that skipped a test: what is not run is not proved."""
    if os.environ.get("CI") and session.exitstatus == pytest.ExitCode.OK and _failing_skips(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Says why a run failed whose tests all passed or were skipped."""
    if os.environ.get("CI") and (skipped := _failing_skips(config)):
        terminalreporter.section("skipped in CI", red=True)
        terminalreporter.line(f"CI is set, and {len(skipped)} skipped: each counts as a failure (see the summary)", red=True)


@pytest.fixture(scope="session")
def write_both() -> Callable[..., Path]:
    """A function that writes the shipped n-grams into a folder, with a tiny encoder of random weights beside them."""
    from model.artefact.folder import read_artefact, write_artefact
    from model.artefact.manifest import Description
    from model.encoder.session import pack_pieces
    from model.normaliser.version import normaliser_version

    here = Path(__file__).parent
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters), *".,!?'@", "you", "not"]
    own = {
        "network.npy": np.frombuffer((here / "encoder.onnx").read_bytes(), np.uint8),
        "pieces.npy": pack_pieces(pieces),
        "curve.npy": np.array([[0.0, 0.0, 1.0], [0.05, 0.004, 0.5], [0.3, 0.01, 0.2], [0.6, 0.05, 0.1]]),
        "combination.npy": np.array([[0.6, 0.7], [0.9, 0.8], [-1.0, -0.5]]),
    }
    names = {"network": "network.npy", "pieces": "pieces.npy", "combination": "combination.npy", "curve": "curve.npy"}

    def write(folder: Path, *, entry: dict[str, Any] | None = None, **changed: Any) -> Path:
        stored = read_artefact(here.parent / "model" / "default", normaliser=normaliser_version())
        ngrams = stored.manifest.readers[0]
        arrays = {name: array for name, array in stored.arrays.items() if name in ngrams.values()}
        said = {name: getattr(stored.manifest, name) for name in Description.model_fields}
        second = {"kind": "encoder", "tokens": 16, "abusive": 0.4, "hateful": 0.45} | names | (entry or {})
        write_artefact(folder, description=Description(**(said | {"readers": (ngrams, second)})), arrays=arrays | own | changed)
        return folder

    return write
