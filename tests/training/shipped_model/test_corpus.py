"""The corpus: what each source's own labels are taken to mean."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.errors import TableError
from training.shipped_model.attribute_counts import AttributeCount, count_attributes, count_attributes_command
from training.shipped_model.corpus import load_corpus
from training.shipped_model.native_labels import ATTRIBUTES
from training.shipped_model.sources import SOURCES


def save(folder: Path, source: str, rows: list[dict[str, Any]]) -> None:
    """Write a source as the corpus holds it."""
    names = ("label", "abusive", "hateful", "target")
    types = {"label": pa.string(), "abusive": pa.bool_(), "hateful": pa.bool_(), "target": pa.string()}
    columns: dict[str, pa.Array] = {name: pa.array([row.get(name) for row in rows], types[name]) for name in names}
    columns["source"] = pa.array([source] * len(rows))
    columns["id"] = pa.array([f"{source}-{row}" for row in range(len(rows))])
    columns["split"] = pa.array([row.get("split", "train") for row in rows])
    columns["text"] = pa.array([f"comment {row} of {source}" for row in range(len(rows))])
    columns["native"] = pa.array([json.dumps(row.get("native", {})) for row in rows])
    pq.write_table(pa.table(columns), folder / f"{source}.parquet")


def attributes_of(folder: Path, source: str, *natives: dict[str, Any]) -> dict[str, list[int]]:
    """Return what rows with these labels of the source's own answer."""
    save(folder, source, [{"abusive": True, "native": native} for native in natives])
    return {name: answers.tolist() for name, answers in load_corpus(folder).attributes.items()}


def test_rows_carry_their_answers_weight_and_place(tmp_path: Path) -> None:
    """What the file says of the two questions comes out as it lies there, with the source's weight; rows that answer nothing do not."""
    save(tmp_path, "stormfront", [{"hateful": False}, {"abusive": True, "hateful": True, "split": "dev", "target": "women"}, {}])
    save(tmp_path, "davidson", [{"abusive": True, "hateful": False, "native": {"class": "offensive_language"}}])
    rows = load_corpus(tmp_path)
    assert rows.source == ["davidson", "stormfront", "stormfront"]
    assert rows.abusive.tolist() == [1, -1, 1]
    assert rows.hateful.tolist() == [0, 0, 1]
    assert rows.split == ["train", "train", "dev"]
    assert rows.target == [None, None, "women"]
    assert rows.weight.tolist() == [SOURCES["davidson"].weight, 1, 1]
    assert rows.place[2] == ("stormfront.parquet", 2)


def test_a_row_that_answers_an_attribute_alone_is_kept(tmp_path: Path) -> None:
    """What is called not sexist says nothing of other abuse, but answers its own question."""
    save(tmp_path, "edos", [{"native": {"sexist": "not sexist", "category": "none"}}])
    rows = load_corpus(tmp_path)
    assert (rows.abusive.tolist(), rows.hateful.tolist(), rows.attributes["sexism"].tolist()) == ([-1], [-1], [0])


def test_jigsaw_answers_by_its_flags(tmp_path: Path) -> None:
    """Flags are answers; a sample that holds only "toxic or not" answers all with no where it is not."""
    flags = {"toxic": 1, "severe_toxic": 0, "obscene": 1, "threat": 0, "insult": 1, "identity_hate": 0}
    found = attributes_of(tmp_path, "jigsaw_subset", flags, {"toxic_binary": 0}, {"toxic_binary": 1})
    assert found == {"insult": [1, 0, -1], "profanity": [1, 0, -1], "severe_toxicity": [0, 0, -1], "threat": [0, 0, -1]}


def test_civil_toxic_spans_answers_by_its_annotators(tmp_path: Path) -> None:
    """A majority of them is a yes, nobody although two named other types a no, anything between unknown."""
    found = attributes_of(
        tmp_path,
        "civil_toxic_spans",
        {"n": 3, "types": {"Insult": 2}},
        {"n": 3, "types": {"Insult": 1, "Threat": 1}},
        {"n": 3, "types": {}},
        {"n": 3, "types": {"Profane/Obscene": 3}},
    )
    assert found == {"insult": [1, -1, -1, 0], "profanity": [0, 0, -1, 1], "threat": [0, -1, -1, 0]}


def test_other_sources_answer_what_their_categories_mean(tmp_path: Path) -> None:
    """Categories that exclude each other answer no where another one was chosen; sources never answer what they did not ask."""
    edos = attributes_of(
        tmp_path,
        "edos",
        {"sexist": "sexist", "category": "1. threats, plans to harm and incitement"},
        {"sexist": "sexist", "category": "2. derogation"},
        {"sexist": "not sexist", "category": "none"},
    )
    assert edos == {"sexism": [1, 1, 0], "threat": [1, 0, -1]}


@pytest.mark.parametrize(
    ("source", "native", "expected"),
    [
        ("cad", {"labels": "AffiliationDirectedAbuse,PersonDirectedAbuse"}, {"affiliation_attack": [1], "personal_attack": [1]}),
        ("cad", {"labels": "Neutral"}, {"affiliation_attack": [0], "personal_attack": [0]}),
        ("convabuse", {"n": 3, "types": {"sexist": "1", "sex_harassment": "2"}}, {"sexual_harassment": [1]}),
        ("convabuse", {"n": 3, "types": {"sex_harassment": "1"}}, {}),
        ("convabuse", {"n": 3, "types": {}}, {"sexual_harassment": [0]}),
        ("guest_misogyny", {"level_1": "Misogynistic", "level_2": "Misogynistic_personal_attack"}, {"personal_attack": [1], "sexism": [1]}),
        ("guest_misogyny", {"level_1": "Nonmisogynistic", "level_2": "Counter_speech"}, {"personal_attack": [0], "sexism": [0]}),
        ("hatemoji_build", {"type": "threateninglanguage"}, {"threat": [1]}),
        ("hatemoji_build", {"type": "none"}, {}),
        ("implicit_hate", {"class": "implicit_hate", "implicit_class": "irony"}, {"stereotype": [0], "threat": [0]}),
        ("implicit_hate", {"class": "implicit_hate", "implicit_class": "stereotypical"}, {"stereotype": [1], "threat": [0]}),
        ("implicit_hate", {"class": "explicit_hate"}, {}),
        ("implicit_hate", {"class": "not_hate"}, {"stereotype": [0]}),
        ("davidson", {"class": "offensive_language"}, {"offensive_language": [1]}),
        ("davidson", {"class": "neither"}, {"offensive_language": [0]}),
        ("davidson", {"class": "hate_speech"}, {}),
        ("toxigen", {"toxicity_human": "5.0"}, {}),
    ],
)
def test_each_source_answers_in_its_own_words(tmp_path: Path, source: str, native: dict[str, Any], expected: dict[str, list[int]]) -> None:
    """The table from a source's own labels to attributes."""
    assert attributes_of(tmp_path, source, native) == expected
    assert set(expected) <= set(ATTRIBUTES)


def test_attributes_are_counted_by_source_and_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The counts that decide whether a head may be published, also as a table."""
    save(
        tmp_path,
        "cad",
        [{"abusive": True, "native": {"labels": "PersonDirectedAbuse"}}, {"abusive": False, "native": {"labels": "Neutral"}}],
    )
    natives = [("Misogynistic", "train"), ("Nonmisogynistic", "dev"), ("Nonmisogynistic", "dev")]
    rows = [{"abusive": True, "split": split, "native": {"level_1": name, "level_2": "Derogation"}} for name, split in natives]
    save(tmp_path, "guest_misogyny", rows)
    counts = count_attributes(load_corpus(tmp_path))
    assert AttributeCount("personal_attack", "cad", 1, 1, 0, 0) in counts
    assert AttributeCount("sexism", "guest_misogyny", 1, 0, 0, 2) in counts
    assert count_attributes_command(["--corpus", str(tmp_path)]) == 0
    assert "sexism             guest_misogyny                 1         0         0         2" in capsys.readouterr().out


def test_a_missing_corpus_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who has no corpus learns where it was looked for, and how to say where it is."""
    with pytest.raises(TableError, match=r"the corpus is not there; .*--corpus"):
        load_corpus(tmp_path / "nowhere")
    assert count_attributes_command(["--corpus", str(tmp_path / "nowhere")]) == 1
    assert "the corpus is not there" in capsys.readouterr().err
    with pytest.raises(TableError, match="holds no Parquet file"):
        load_corpus(tmp_path)


def test_unknown_and_damaged_sources_are_refused(tmp_path: Path) -> None:
    """Nothing is trained on whose origin and licence are not written down, nor on half a file."""
    save(tmp_path, "mystery", [{"abusive": True}])
    with pytest.raises(TableError, match="not a source we know"):
        load_corpus(tmp_path)
    (tmp_path / "mystery.parquet").unlink()
    (tmp_path / "cad.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(TableError, match="not a source of the corpus"):
        load_corpus(tmp_path)


def test_every_source_names_its_licence_and_origin() -> None:
    """The model card is made of this table."""
    assert len(SOURCES) == 17
    assert all(source.licence and source.origin and source.domain and 0 < source.weight <= 1 for source in SOURCES.values())
