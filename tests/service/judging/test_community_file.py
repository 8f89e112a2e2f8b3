"""The file of communities is read, or refused with one line that says what is wrong in it."""

from pathlib import Path

import pytest

from model.errors import SettingsError
from model.policy import Policy
from service.judging.community_file import read_community_file
from service.judging.foreign import OnForeign

WHOLE = """
default = "main"

[community.main]

[community.garden]
policy = "strict"
observe = true
on_foreign = "approve"
allow_words = ["weed killer"]
deny_patterns = ['casino\\d+']

[community."Coral:https://news.example"]
review_abusive = 0.4
review_hateful = 0.2
reject_abusive = 0.9
reject_hateful = 1
"""
THRESHOLDS = "review_abusive = 0.4\nreview_hateful = 0.2\nreject_abusive = 0.9\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is."""
    return tmp_path / "communities.toml"


def test_file_is_read(path: Path) -> None:
    """Each community has what its table says, and a default for what it does not."""
    path.write_text(WHOLE, encoding="utf-8")

    book = read_community_file(path)

    main, garden, coral = (book.communities[name] for name in ("main", "garden", "Coral:https://news.example"))
    assert book.default == main
    assert (main.policy, main.observe, main.on_foreign) == ("default", False, None)
    assert not main.allow
    assert not main.deny
    assert (garden.policy, garden.observe, garden.on_foreign) == ("strict", True, OnForeign.APPROVE)
    assert (garden.allow.match("weed-killer"), garden.deny.match("casino77")) == ("weed killer", r"casino\d+")
    assert coral.policy == Policy("Coral:https://news.example", 0.4, 0.2, 0.9, 1)


def test_empty_file_is_no_mistake(path: Path) -> None:
    """A file may hold no community."""
    path.write_text("", encoding="utf-8")

    assert (read_community_file(path).communities, read_community_file(path).default) == ({}, None)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[community.a", "is not TOML"),
        ("colour = 1", "'colour' is not known here"),
        ("community = 1", "community is not known here"),
        ("[community]\na = 1", "community is not known here"),
        ('default = "b"\n[community.a]', "default names no community"),
        ("default = 7\n[community.a]", "default names no community"),
        ('default = ["a"]\n[community.a]', "default names no community"),
        ("default = {a = 1}\n[community.a]", "default names no community"),
        pytest.param(f"default = 1{'0' * 5000}", "is not TOML", id="long number"),
        pytest.param(f"default = {'[' * 100_000}", "is not TOML", id="deep list"),
        ("[community.a]\ncolour = 1", "community 'a': colour is not known here"),
        ("[community.a]\npolicy = 1", "community 'a': policy has to be"),
        ("[community.a]\nobserve = 1", "community 'a': observe has to be"),
        ('[community.a]\non_foreign = "ignore"', "community 'a': on_foreign has to be one of review, approve, reject, judge"),
        ("[community.a]\non_foreign = []", "community 'a': on_foreign has to be"),
        (f"[community.a]\n{THRESHOLDS}", "community 'a': reject_hateful is missing"),
        (f'[community.a]\npolicy = "x"\n{THRESHOLDS}reject_hateful = 1', "community 'a': review_abusive and policy exclude"),
        (f"[community.a]\n{THRESHOLDS}reject_hateful = 2", "community 'a': .*reject_hateful is 2"),
        (f"[community.a]\n{THRESHOLDS}reject_hateful = 0.1", "community 'a': .*review_hateful .* is above"),
        ('[community.a]\ndeny_words = "x"', "community 'a': deny_words has to be a list"),
        ("[community.a]\ndeny_words = [1]", "community 'a': deny_words has to be a list"),
        ('[community.a]\nallow_words = ["x", " "]', r"community 'a': allow_words\[1\]"),
        ('[community.a]\ndeny_patterns = ["("]', r"community 'a': deny_patterns\[0\]"),
        ('[community.""]', "the name of a community"),
        ('[community."a\\n"]', "the name of a community"),
    ],
)
def test_what_is_wrong_is_named(path: Path, content: str, reason: str) -> None:
    """What is wrong is one line that names the file, the community and the field."""
    path.write_text(content, encoding="utf-8")

    with pytest.raises(SettingsError, match=reason) as caught:
        read_community_file(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_file_that_cannot_be_read(path: Path) -> None:
    """A file that is missing, is no text, or never ends, is named."""
    with pytest.raises(SettingsError, match="cannot be read"):
        read_community_file(path)
    path.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match=r"is not UTF-8: .* at byte 0"):
        read_community_file(path)
    with pytest.raises(SettingsError, match="more than 16777216 bytes"):
        read_community_file(Path("/dev/zero"))


def test_policies_have_to_exist(path: Path) -> None:
    """A policy that the model does not have is named, with those that it has."""
    path.write_text(WHOLE, encoding="utf-8")

    with pytest.raises(SettingsError, match=r"community 'garden': policy is not one of the model's: use one of default, lenient"):
        read_community_file(path).check_policies(["default", "lenient"])


def test_entries_that_match_common_words_are_reported(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Each entry that matches a very common word is a warning with community, list, number and entry; the log has a limited number."""
    path.write_text('[community.a]\ndeny_words = ["casino", "me"]\n[community.b]\nallow_patterns = ["as"]\n', encoding="utf-8")
    file = read_community_file(path)
    file.log_warnings()

    assert [record.getMessage() for record in caplog.records] == list(file.warnings)
    first, second = file.warnings
    assert first.startswith(f"{path}: community 'a': deny_words[1] 'me' matches")
    assert "community 'b': allow_patterns[0] 'as' matches" in second

    caplog.clear()
    numbers = ", ".join(f'"{letter}"' for letter in "的是不我你他她了在有人这那们一个也就都好吗中大小")
    path.write_text(f"[community.a]\ndeny_words = [{numbers}]\n", encoding="utf-8")
    read_community_file(path).log_warnings()
    assert len(caplog.records) == 21
    assert "and 4 more entries" in caplog.records[-1].getMessage()
