"""The options of the commands that read labelled tables: ``train``, ``train-encoder``, ``evaluate`` and ``compare``."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "ColumnOption",
    "JudgedRows",
    "LabelColumns",
    "MapOption",
    "SeedOption",
    "SourceWeightOption",
    "StrictOption",
    "TablesArgument",
]

TablesArgument = Annotated[list[Path], typer.Argument(metavar="TABLE…", help="CSV, JSONL or Parquet files, or folders of them.")]
ColumnOption = Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of that name, if the tables call it otherwise.")]
MapOption = Annotated[list[str] | None, typer.Option("--map", metavar="OLD=NEW", help="What a label of the tables means.  [repeatable]")]
SourceWeightOption = Annotated[
    list[str] | None, typer.Option(metavar="SOURCE=NUMBER", help="How much a row of a source counts.  [default: 1; repeatable]")
]
SeedOption = Annotated[int, typer.Option(min=0, help="Seed of all that is random.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Stop at the first bad row.")]


class SplitChoice(StrEnum):
    """The choices of ``--split``: which rows are judged, going by the column ``split`` of the tables."""

    HELD_OUT = "held-out"
    DEV = "dev"
    REPORTING = "reporting"
    TRAIN = "train"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class LabelColumns:
    """Options that name the columns which every command on labelled tables reads; None where a column has the name of its field."""

    text: ColumnOption = None
    label: ColumnOption = None
    abusive: ColumnOption = None
    hateful: ColumnOption = None
    source: ColumnOption = None
    id_column: Annotated[
        str | None, typer.Option("--id", metavar="COLUMN", help="Column of that name, if the tables call it otherwise.")
    ] = None

    def by_field(self, **extra_columns: str | None) -> dict[str, str]:
        """Return field → column for the columns that are named.

        Args:
            extra_columns: further fields that the command reads, with their columns.
        """
        columns = {
            **{"text": self.text, "label": self.label, "abusive": self.abusive, "hateful": self.hateful, "source": self.source},
            **{"id": self.id_column, **extra_columns},
        }
        return {field: column for field, column in columns.items() if column is not None}


@dataclass(frozen=True, kw_only=True)
class JudgedRows:
    """Options that choose the rows to judge, and the number of bootstrap resamples that the intervals rest on."""

    split_column: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column split, if the tables call it otherwise.")] = None
    label_map: MapOption = None
    split: Annotated[
        SplitChoice,
        typer.Option(
            help="Which rows to judge, by the column split; held-out: all but train; reporting: the half of dev that chooses nothing."
        ),
    ] = SplitChoice.HELD_OUT
    clean: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE", help="Source whose fine rows are clean conversation.  [default: all; repeatable]"),
    ] = None
    resamples: Annotated[int, typer.Option(min=1, max=100_000, help="Bootstrap resamples that the intervals rest on.")] = 500
    seed: SeedOption = 0
    strict: StrictOption = False
