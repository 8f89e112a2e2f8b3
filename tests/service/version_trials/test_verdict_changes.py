"""Two versions judge the same comments as the site would."""

from pathlib import Path

from model.comment import Comment
from service.cli.registry.version_lines import trial_json
from service.settings import read_settings
from service.version_trials.trial import Trial
from service.version_trials.trial_comments import TrialComments, gather_trial_comments
from service.version_trials.verdict_changes import compare_verdicts
from tests.model.languages.small_packs import write_pack
from tests.service.registry.versions import MakeVersion

COMMENTS = tuple(Comment(f"c{number}", text) for number, text in enumerate(["you are an idiot", "", "thanks a lot", "what a day"]))


def test_changes_are_sorted_and_counted(tmp_path: Path, make_version: MakeVersion) -> None:
    """Comments whose verdict changes most come first, then those whose scores do; what cannot be judged is no change."""
    texts = TrialComments("a test", COMMENTS, (None,) * len(COMMENTS))

    changes = compare_verdicts(make_version(1), make_version(2), texts=texts, settings=read_settings(data_dir=tmp_path))

    assert changes.comments == len(COMMENTS)
    assert changes.changed == sum(change.is_other for change in changes.changes) == sum(changes.moves.values())
    assert [change.is_other for change in changes.changes] == sorted((change.is_other for change in changes.changes), reverse=True)
    assert changes.changes[-1].comment.text == ""
    assert changes.changes[-1].before.verdict == "nothing to judge"


def test_a_version_does_not_differ_from_itself(tmp_path: Path, make_version: MakeVersion) -> None:
    """The same version gives the same verdicts and scores."""
    texts = TrialComments("a test", COMMENTS, (None,) * len(COMMENTS))

    changes = compare_verdicts(make_version(1), make_version(1), texts=texts, settings=read_settings(data_dir=tmp_path))

    assert changes.changed == 0
    assert all(change.before == change.after for change in changes.changes)


def test_what_a_pack_does_not_tell_has_no_score(tmp_path: Path, make_version: MakeVersion) -> None:
    """A comment in a language in which hate is not told has no score of it, in what is printed either; others have one."""
    write_pack(tmp_path / "packs/de", "de", answers={"fast": ("abusive",)})
    settings = read_settings(data_dir=tmp_path, languages=str(tmp_path / "packs"))
    texts = TrialComments("a test", (Comment("de", "Halt die Fresse, du Vollidiot.", language="de"), COMMENTS[0]), (None, None))

    changes = compare_verdicts(make_version(1), make_version(1), texts=texts, settings=settings)

    assert {change.comment.id: len(change.before.scores or ()) for change in changes.changes} == {"de": 2, "c0": 3}
    shown = trial_json(Trial(seen="0" * 16, champion="a", candidate="b", texts=texts, changes=changes))["comments"]
    assert {each["id"]: list(each["candidate"]["scores"]) for each in shown}["de"] == ["fine", "toxic"]


def test_communities_judge_as_they_want(tmp_path: Path, make_version: MakeVersion) -> None:
    """The thresholds of a comment's community count; a community that is no longer in the file judges like none."""
    file = tmp_path / "communities.toml"
    file.write_text("[community.strict]\nreview_abusive = 0.01\nreview_hateful = 0.01\nreject_abusive = 0.02\nreject_hateful = 0.02\n")
    settings = read_settings(data_dir=tmp_path, communities=file, on_foreign="judge")
    folder = make_version(1)
    text = Comment("c", "what a day")

    texts = TrialComments("a test", (text,) * 3, ("strict", "gone", None))
    changes = compare_verdicts(folder, folder, texts=texts, settings=settings)

    verdicts = {change.community: change.before.verdict for change in changes.changes}
    assert verdicts["strict"] == "reject"
    assert verdicts["gone"] == verdicts[None]


def test_our_own_comments_are_there_for_a_site_without_any(tmp_path: Path) -> None:
    """Without a store, nothing is made in the data folder, and the comments of the gate kit are taken, each with an id of its own."""
    texts = gather_trial_comments(read_settings(data_dir=tmp_path / "data"))

    assert 500 <= len(texts.comments) <= 1000
    assert len({comment.id for comment in texts.comments}) == len(texts.comments)
    assert not (tmp_path / "data").exists()
