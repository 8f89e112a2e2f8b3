"""Loads the rows that ``make train`` learns from: the public corpus, or any other folder of labelled tables."""

from dataclasses import dataclass, field
from pathlib import Path

from model.artefact.manifest import DataSource
from model.errors import TableError
from training.label_noise.source_confusion import SourceConfusion
from training.shipped_model.corpus import CORPUS_FOLDER, find_sources, load_known_corpus
from training.shipped_model.reread_labels import ATTRIBUTES_TABLE, OWN_READINGS, REREAD_TABLE
from training.shipped_model.sources import ALL_SOURCES, CLEAN_SOURCES
from training.tables.describe_files import describe_files, hash_file
from training.tables.labelled import Labelled
from training.tables.labelled_tables import TableReading, read_tables
from training.tables.table_records import SUFFIXES

__all__ = ["TrainingTables", "load_training_tables"]

_WHAT_IS_NEEDED = (
    f"what is needed are labelled tables ({', '.join(SUFFIXES)}) with a column text and a column label (fine, toxic or hateful), "
    "or columns abusive and hateful (yes or no) in its place; --corpus FOLDER names the folder that holds them"
)


@dataclass(frozen=True)
class TrainingTables:
    """Labelled rows and their origin.

    Attributes:
        rows: train and dev rows.
        data: the files and their licences, for the manifest.
        clean_sources: sources whose fine rows are ordinary conversation; None for all.
        from_corpus: whether this is the public corpus.
        reading: the rows and problems of other tables; None for the corpus.
        remarks: missing and ignored files, a line each.
        confusion: how the sources err, as far as that is known.
    """

    rows: Labelled
    data: tuple[DataSource, ...]
    clean_sources: tuple[str, ...] | None
    from_corpus: bool
    reading: TableReading | None
    remarks: tuple[str, ...]
    confusion: SourceConfusion = field(default_factory=lambda: SourceConfusion({}))


def load_training_tables(folder: Path = CORPUS_FOLDER, *, reread: bool = True) -> TrainingTables:
    """Load the public corpus, if the folder holds a table named as one of its sources, else every labelled table in and below the folder.

    Args:
        folder: where the tables lie.
        reread: whether labels of the corpus that were read again replace those of its sources.

    Raises:
        TableError: there is no table, or one cannot be read.
    """
    if not folder.is_dir():
        raise TableError(f"{folder}: there is nothing to train on, since this folder is not there; {_WHAT_IS_NEEDED}")
    if find_sources(folder):
        return _load_corpus_tables(folder, reread=reread)
    if not any(file.suffix.lower() in SUFFIXES for file in folder.rglob("*")):
        raise TableError(f"{folder}: there is nothing to train on, since this folder holds no table; {_WHAT_IS_NEEDED}")
    reading = read_tables([folder])
    return TrainingTables(reading.rows, describe_files(reading.rows), None, False, reading, ())


def _load_corpus_tables(folder: Path, *, reread: bool) -> TrainingTables:
    rows, confusion = load_known_corpus(folder, reread=reread)
    paths = find_sources(folder)
    data = [
        DataSource(
            source=path.stem,
            sha256=hash_file(path),
            rows=rows.source.count(path.stem),
            licence=ALL_SOURCES[path.stem].licence,
            origin=ALL_SOURCES[path.stem].origin,
        )
        for path in paths
    ]
    joined = [folder / name for name in (REREAD_TABLE, ATTRIBUTES_TABLE)] if reread else []
    data += [_describe_joined(path) for path in [*joined, *([OWN_READINGS] if reread else [])] if path.is_file()]
    absent = sorted(set(ALL_SOURCES).difference(path.stem for path in paths))
    ignored = sorted(path.name for path in folder.glob("*.parquet") if path not in [*paths, *joined])
    remarks = [
        *([f"{len(absent)} of {len(ALL_SOURCES)} sources of the corpus are not there: {', '.join(absent)}"] if absent else []),
        *(f"{path.name} is not there: the labels are those of the sources" for path in joined if not path.is_file()),
        *([f"not read: {', '.join(ignored)}"] if ignored else []),
    ]
    return TrainingTables(rows, tuple(data), CLEAN_SOURCES, True, None, tuple(remarks), confusion)


def _describe_joined(path: Path) -> DataSource:
    import pyarrow.parquet as pq

    return DataSource(
        source=path.name,
        sha256=hash_file(path),
        rows=pq.read_metadata(path).num_rows,
        licence="that of the source of each row",
        origin="labels read again by the guide of the corpus, joined by source and id",
    )
