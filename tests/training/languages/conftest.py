"""A small corpus in two languages, of which one has rows that were read again."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

THINGS = ("Zug", "Garten", "Bus", "Buch", "Lied", "Kuchen", "Fluss", "Lehrer", "Hund", "Lampe", "Brief", "Haus", "Baum", "Fenster", "Tisch")
PATTERNS = {
    "fine": ("der {} ist heute sehr schön", "danke für den {} und bis morgen"),
    "toxic": ("halt die fresse du dummer {}", "du bist ein elender {} und ein idiot"),
    "hateful": ("alle zorgs sind dreck wie der {}", "zorgs raus und ihr {} auch"),
}


def rows_of(split: str, *, beside: str = "") -> list[dict[str, Any]]:
    """Return rows of every label."""
    return [
        {
            "source": "gahd_de",
            "id": f"{beside}{split}{label}{number}{thing}",
            "split": split,
            "lang": "de",
            "text": f"{pattern.format(thing)}{beside}",
            "label": label,
            "abusive": label != "fine",
            "hateful": label == "hateful",
            "use": "train",
        }
        for label, patterns in PATTERNS.items()
        for number, pattern in enumerate(patterns)
        for thing in THINGS
    ]


@pytest.fixture(scope="session")
def corpus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the corpus: German rows by a source, and others that were read again; in Czech there are none."""
    folder = tmp_path_factory.mktemp("languages")
    pq.write_table(pa.Table.from_pylist(rows_of("train") + rows_of("dev", beside=".")), folder / "gahd_de.parquet")
    reread = rows_of("train", beside=" !") + rows_of("dev", beside=" ?")
    pq.write_table(pa.Table.from_pylist(reread), folder / "reread.parquet")
    return folder
