"""Which rows an evaluation takes, and which clean sources it accepts. The command itself is tested in tests/service/cli."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from model.errors import TableError
from training.evaluation.evaluate import check_clean_sources, select_split
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]


@pytest.fixture(scope="module")
def table(rows: MakeRows) -> Labelled:
    """Three rows: of train, of dev, and of neither."""
    return replace(rows(["fine"] * 3, source=["a", "b", "c"]), split=["train", "dev", None])


@pytest.mark.parametrize(("split", "sources"), [("held-out", ["b", "c"]), ("dev", ["b"]), ("train", ["a"]), ("all", ["a", "b", "c"])])
def test_a_split_selects_its_rows(table: Labelled, split: str, sources: list[str]) -> None:
    """Rows without a split are held out; all rows are the table itself."""
    selected = select_split(table, split)
    assert list(selected.source) == sources
    assert (selected is table) == (split == "all")


def test_half_of_the_dev_rows_report(rows: MakeRows) -> None:
    """The split of reporting is those dev rows that choose nothing, the same ones whatever rows are beside them."""
    dev = replace(rows(["fine"] * 60), split=[*["dev"] * 40, *["train"] * 20])
    reporting = select_split(dev, "reporting")
    assert 10 < len(reporting) < 30
    assert set(reporting.split) == {"dev"}
    assert select_split(dev.take(range(20)), "reporting").id == [key for key in reporting.id if int(key) < 20]


def test_a_split_without_rows_is_refused(table: Labelled) -> None:
    """The error says which splits the rows have."""
    with pytest.raises(TableError, match="--split is dev, the column split of all rows used is empty, train: choose another"):
        select_split(table.take([0, 2]), "dev")


def test_a_clean_source_must_exist(table: Labelled) -> None:
    """The error names the source and those that there are."""
    check_clean_sources(["a", "c"], table)
    with pytest.raises(TableError, match="--clean d: no row to judge is of that source; the sources are a, b, c"):
        check_clean_sources(["a", "d"], table)


def test_of_many_sources_some_are_named(rows: MakeRows) -> None:
    """The error stays short however many sources there are."""
    table = rows(["fine"] * 30, source=[f"s{number:02}" for number in range(30)])
    with pytest.raises(TableError, match=r"s18, s19 and 10 more$"):
        check_clean_sources(["d"], table)
