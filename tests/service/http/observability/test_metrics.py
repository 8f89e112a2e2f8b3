"""The counters of one process, and of the processes of one service together."""

import subprocess
import sys
from pathlib import Path

import pytest

from model.errors import SettingsError
from service.http.observability.metrics import Metrics, open_metrics_dir, remove_stale_metrics

COUNT = """
import sys
from pathlib import Path
from service.http.observability.metrics import Metrics
metrics = Metrics(Path(sys.argv[1]))
metrics.count_call("/a", "tipstaff", 200, 0.25)
metrics.count_attribute("SPAM", "omitted")
metrics.set_gauges(worker=1, connections=5)
"""
CALLS = ("calls", "/a", "tipstaff", "200")


def test_counts_outlive_their_process_and_gauges_do_not(tmp_path: Path) -> None:
    """What a process has counted still counts when it has ended; the state that it was in does not."""
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNT, str(tmp_path)], check=True, timeout=120)
    metrics = Metrics(tmp_path)
    metrics.count_call("/a", "tipstaff", 200, 0.5)
    metrics.set_gauges(worker=1, connections=2)

    totals = metrics.totals()

    assert totals[CALLS] == 3
    assert totals["attributes", "SPAM", "omitted"] == 2
    assert totals["seconds_sum", "/a"] == 1.0
    assert (totals[("worker",)], totals[("connections",)]) == (1, 2)


@pytest.mark.parametrize("is_shared", [False, True])
def test_series_beyond_the_room_are_not_reported(tmp_path: Path, is_shared: bool) -> None:
    """When there is no room for a series any more, those before it go on being counted, and it is not reported."""
    metrics = Metrics(tmp_path if is_shared else None)
    for at in range(17_000):
        metrics.set_gauges(**{f"series_{at}": 1})
    metrics.set_gauges(series_0=7, series_16999=7)

    totals = metrics.totals()

    assert len(totals) == 16_383
    assert totals[("series_0",)] == 7
    assert ("series_16999",) not in totals


def test_folders_of_ended_services_are_removed(tmp_path: Path) -> None:
    """A service has a folder of its own as long as it runs; the next start removes those of services that ended, and no others."""
    stale = tmp_path / "metrics-1-x"
    stale.mkdir()

    with open_metrics_dir(tmp_path) as running:
        first = set(tmp_path.iterdir())
        with open_metrics_dir(tmp_path) as folder:
            second = set(tmp_path.iterdir())
        (tmp_path / "metrics-2-x").mkdir()
        remove_stale_metrics(tmp_path)
        third = set(tmp_path.iterdir())

    assert first == {running}
    assert second == {running, folder}
    assert third == {running}
    assert set(tmp_path.iterdir()) == set()


def test_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the data folder cannot be written the metrics are among the system's temporary files; if neither can be, the error names it."""
    (tmp_path / "data").write_text("")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))

    with open_metrics_dir(tmp_path / "data") as folder:
        assert folder.parent == tmp_path / "temporary"

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "data"))
    with pytest.raises(SettingsError, match=r"setting data_dir: .*data cannot be written"), open_metrics_dir(tmp_path / "data"):
        pass
