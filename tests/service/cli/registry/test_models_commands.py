"""``tipstaff models``: what a person does with the versions of a model."""

import json
from pathlib import Path

import pytest

from service.registry.registry import Registry
from service.registry.registry_documents import LearnedTable
from service.settings import read_settings
from service.store.rulings.act import Act
from service.store.store import open_store
from tests.model.languages.small_packs import write_pack
from tests.service.cli.calls import Call
from tests.service.registry.versions import MakeVersion, Publish, gate

COMMENTS = ["you are an idiot", "thanks, that helped", "what a lovely garden", "get lost, all of you"]


@pytest.fixture(autouse=True)
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: Registry, publish: Publish) -> Path:
    """A file of comments, at a site that serves a small version, the champion of its registry."""
    monkeypatch.setenv("TIPSTAFF_DATA_DIR", str(tmp_path / "data"))
    registry.activate(publish(1), by="ann@desk", reason="to begin with")
    path = tmp_path / "comments.jsonl"
    path.write_text("".join(json.dumps({"id": f"c{number}", "text": text}) + "\n" for number, text in enumerate(COMMENTS)))
    return path


def test_from_a_try_to_the_champion_and_back(call: Call, registry: Registry, publish: Publish, table: Path) -> None:
    """A person tries the candidate, activates it with the hash that stands under the comments, and takes it back."""
    former, version = registry.in_force().version, publish(2)
    registry.set_candidate(version, by="timer@host")

    tried = call("models", "try", "candidate", "--table", table)
    seen = tried.out.strip().rpartition(" ")[2]
    activated = call("models", "activate", "candidate", "--seen", seen, "--json")
    rolled_back = call("models", "rollback", "--json")

    assert all(text.split()[-1] in tried.out for text in COMMENTS)
    assert f"tipstaff models activate {version} --seen {seen}" in tried.out
    assert json.loads(activated.out)["version"] == version
    assert json.loads(activated.out)["seen"] == seen
    assert "@" in json.loads(activated.out)["by"]
    assert json.loads(rolled_back.out)["version"] == former
    assert [call("models", "list").out.count(alias) for alias in ("champion", "former")] == [1, 1]


def test_the_list_names_the_packs_of_the_site(call: Call, tmp_path: Path) -> None:
    """Packs of the site's own stand under the versions, with their languages in words; one that cannot be read is a line, and no more."""
    assert json.loads(call("models", "list", "--json").out)["packs"] == []
    assert "language pack" not in call("models", "list").out
    for tag in ("de", "ru"):
        write_pack(tmp_path / "data/languages" / tag, tag)
    (tmp_path / "data/languages/ru/manifest.json").write_text("{}")

    listed = call("models", "list")

    (pack,) = json.loads(call("models", "list", "--json").out)["packs"]
    assert (pack["language"], pack["folder"]) == ("de", str(tmp_path / "data/languages/de"))
    assert listed.code == 0
    assert all(word in listed.out for word in ("German", pack["version"]))
    assert "languages/ru" in listed.err


def test_a_try_shows_both_scores_and_verdicts(call: Call, registry: Registry, publish: Publish, table: Path) -> None:
    """As JSON a try has each comment with what both versions say, those whose verdict changes most first; the registry keeps no text."""
    version = publish(2)

    shown = json.loads(call("models", "try", version, "--table", table, "--json").out)

    steps = {"approve": 0, "review": 1, "reject": 2}
    moves = [abs(steps[each["champion"]["verdict"]] - steps[each["candidate"]["verdict"]]) for each in shown["comments"]]
    assert moves == sorted(moves, reverse=True)
    assert shown["changed"] == sum(move > 0 for move in moves) == sum(move["comments"] for move in shown["moves"])
    assert {each["text"] for each in shown["comments"]} == set(COMMENTS)
    assert all(sum(each[side]["scores"].values()) == pytest.approx(1) for each in shown["comments"] for side in ("champion", "candidate"))
    root = registry.fetch(version).parents[1]
    kept = b"".join(path.read_bytes() for path in root.rglob("*.json"))
    assert not any(text.encode() in kept for text in COMMENTS)


def test_a_try_takes_what_was_ruled_on_last(call: Call, publish: Publish, tmp_path: Path) -> None:
    """Without a file the comments of the site are judged, and our own where nobody has ruled yet."""
    version = publish(2)
    own = json.loads(call("models", "try", version, "--json").out)
    store = open_store(read_settings(data_dir=tmp_path / "data"))
    for number, text in enumerate(COMMENTS):
        store.rulings.record(Act(dialect="tipstaff", text=text, label="toxic", comment=f"c{number}"))  # type: ignore[arg-type]
    store.close()

    shown = json.loads(call("models", "try", version, "--json").out)

    assert own["texts"] > 500
    assert len(own["comments"]) == 20
    assert "our own" in own["source"]
    assert {each["id"] for each in shown["comments"]} == {"c0", "c1", "c2", "c3"}


@pytest.mark.parametrize(
    "options",
    [[], ["--seen", "0123456789abcdef", "--force", "in a hurry"], ["--seen", "0123456789abcdef"], ["--force", " "]],
    ids=["nothing", "both", "unknown hash", "empty reason"],
)
def test_activation_without_ground_is_refused(call: Call, registry: Registry, publish: Publish, options: list[str]) -> None:
    """Without the hash of a try or a reason, with both, or with a hash of nothing, an activation ends with one line and changes nothing."""
    version, before = publish(2), registry.champion()

    refused = call("models", "activate", version, *options)

    assert refused.code == 1
    assert refused.err.count("\n") == 1
    assert registry.champion() == before


def test_a_hash_holds_for_its_pair_alone(call: Call, publish: Publish, table: Path) -> None:
    """The hash of a try is worth nothing once another version is in force, nor for another candidate."""
    second, third = publish(2), publish(3)
    seen = json.loads(call("models", "try", second, "--table", table, "--json").out)["seen"]

    assert call("models", "activate", third, "--seen", seen).code == 1
    call("models", "activate", third, "--force", "for the test")
    refused = call("models", "activate", second, "--seen", seen)

    assert refused.code == 1


def test_what_the_gate_refused_needs_a_reason(call: Call, registry: Registry, publish: Publish, table: Path) -> None:
    """A version that is worse is activated by force alone, and the reason is kept for ever."""
    version = publish(2, gate=gate(registry.in_force().version, passed=False, slices="worse"))
    seen = json.loads(call("models", "try", version, "--table", table, "--json").out)["seen"]

    refused = call("models", "activate", version, "--seen", seen)
    forced = call("models", "activate", version, "--force", "the old one is no good")

    assert refused.code == 1
    assert "slices: worse" in refused.err
    assert forced.code == 0
    assert registry.changes()[-1].reason == "the old one is no good"
    assert "worse: slices" in call("models", "list").out


def test_a_pinned_artefact_is_warned_of(call: Call, publish: Publish, make_version: MakeVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where TIPSTAFF_ARTEFACT pins another model, an activation says that this one is served all the same."""
    version = publish(2)
    monkeypatch.setenv("TIPSTAFF_ARTEFACT", str(make_version(3)))

    activated = call("models", "activate", version, "--force", "for later")

    assert activated.code == 0
    assert "TIPSTAFF_ARTEFACT pins small@" in activated.err


def test_show_tells_what_a_version_is(call: Call, registry: Registry, publish: Publish, tmp_path: Path) -> None:
    """A version is shown with its record, its tables and what became of them, the gate's table and its model card."""
    first, second = "1" * 64, "2" * 64
    version = publish(
        2,
        started_from=registry.in_force().content_hash,
        learned_from=(LearnedTable(kind="snapshot", name="rulings.parquet", sha256=first, rows=200),),
        settings={"strength": 0.5},
        remarks=("made by a timer",),
    )
    registry.add_tombstone(first, second)
    snapshot = tmp_path / f"data/snapshots/rulings-{second[:12]}.parquet"
    snapshot.parent.mkdir()
    snapshot.touch()

    people, programs = call("models", "show", version).out, json.loads(call("models", "show", version, "--json").out)

    lineage = ("started from", registry.in_force().version, "200 rows, now 222222222222")
    for part in (version, *lineage, "strength = 0.5", "made by a timer", "gain", "Card of 2"):
        assert part in people
    (table,) = programs["lineage"]["learned_from"]
    assert (table["current_sha256"], table["files"]) == (second, [str(snapshot)])
    assert programs["lineage"]["started_from"] == registry.in_force().version
    assert programs["gate_report"]["passed"] is True
    assert programs["model_card"] == "# Card of 2\n"


def test_diff_tells_what_differs(call: Call, registry: Registry, publish: Publish, make_version: MakeVersion, table: Path) -> None:
    """Two versions are set side by side: the fields that differ, their size, and how often their verdicts do."""
    from model.artefact.manifest import LabelThresholds
    from service.registry.registry_documents import VersionRecord

    other = registry.publish(
        make_version(4, name="other", thresholds=LabelThresholds(abusive=0.25, hateful=0.5)),
        VersionRecord(created_at="2026", made_by="ann"),
    )

    told = json.loads(call("models", "diff", "champion", other, "--table", table, "--json").out)

    fields = {each["field"]: (each["before"], each["after"]) for each in told["fields"]}
    assert fields["thresholds.abusive"] == (0.5, 0.25)
    assert fields["name"] == ("small", "other")
    assert told["verdicts"]["texts"] == len(COMMENTS)
    assert "thresholds.abusive" in call("models", "diff", "champion", other, "--table", table).out


def test_export_writes_a_checked_copy(call: Call, registry: Registry, publish: Publish, tmp_path: Path) -> None:
    """A version is copied out whole, into a folder that is empty or not there."""
    version = publish(2)
    out = tmp_path / "out/model"

    assert call("models", "export", version, "-o", out).out.strip() == str(out)
    again = call("models", "export", version, "-o", out)

    assert {path.name for path in out.iterdir()} == {path.name for path in registry.fetch(version).iterdir()}
    assert again.code == 1
    assert "is not empty" in again.err


def test_publish_brings_in_what_was_made_elsewhere(call: Call, make_version: MakeVersion, registry: Registry) -> None:
    """A folder that tipstaff train wrote becomes a version; it has to be forced, for the gate has not seen it."""
    version = call("models", "publish", make_version(5)).out.strip()

    assert registry.record(version).gate is None
    assert "never tried" in call("models", "list").out
    assert call("models", "publish", "/nowhere").code == 1
    assert "never went through the gate" in call("models", "activate", version, "--seen", "0123456789abcdef").err


def test_prune_and_verify(call: Call, registry: Registry, publish: Publish) -> None:
    """Versions that nobody needs are removed; a look at the rest ends well, and with 3 once something is damaged."""
    publish(2)

    assert json.loads(call("models", "prune", "--keep", "0", "--json").out)["removed"] != []
    whole = call("models", "verify", "--json")
    weights = registry.fetch("champion") / "weights.npy"
    weights.write_bytes(weights.read_bytes()[:-1])
    damaged = call("models", "verify")

    assert whole.code == 0
    assert json.loads(whole.out)["is_whole"] is True
    assert damaged.code == 3
    assert "truncated" in damaged.out


def test_signing(call: Call, registry: Registry, publish: Publish, tmp_path: Path) -> None:
    """A pair of keys is made, a version is signed with it, twice with rising counters; keys that others may read are refused."""
    version, key = publish(2), tmp_path / "key"

    assert call("models", "keygen", key).code == 0
    counters = [json.loads(call("models", "sign", version, "--key", key, "--json").out)["counter"] for _ in range(2)]
    again = call("models", "keygen", key)
    key.chmod(0o644)
    refused = call("models", "sign", version, "--key", key)

    assert counters == [1, 2]
    assert again.code == refused.code == 1
    assert "chmod 600" in refused.err
