"""The options of judging: from settings and arguments to a judge, in any process."""

import pickle
from pathlib import Path

import pytest

from model.errors import PolicyError, SettingsError
from model.moderator import Moderator
from service.judging.community import Community
from service.judging.foreign import OnForeign
from service.judging.judge_options import JudgeOptions
from service.settings import Settings, read_settings

FILE = """
default = "forum"

[community.forum]
deny_words = ["casino"]

[community.strict]
review_abusive = 0.1
review_hateful = 0.1
reject_abusive = 0.9
reject_hateful = 0.9
on_foreign = "judge"
"""


def test_entries_that_match_common_words_are_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Commands that read the file of communities tell of entries in it that match very common words."""
    path = tmp_path / "communities.toml"
    path.write_text('[community.a]\nallow_words = ["the"]\n', encoding="utf-8")
    JudgeOptions.from_settings(read_settings(communities=path), community="a")
    assert ["allow_words[0] 'the'" in record.getMessage() for record in caplog.records] == [True]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a site with communities, which rejects foreign comments."""
    path = tmp_path / "communities.toml"
    path.write_text(FILE, encoding="utf-8")
    return read_settings(data_dir=tmp_path, communities=path, on_foreign="reject", language_letters=7, language_certainty=0.9)


def test_settings_say_what_options_do_not(settings: Settings) -> None:
    """Community, foreign comments and languages are as the site sets them, unless an option says otherwise."""
    options = JudgeOptions.from_settings(settings)
    assert options.community is not None
    assert (options.community.name, options.on_foreign, options.letters, options.certainty) == ("forum", OnForeign.REJECT, 7, 0.9)
    named = JudgeOptions.from_settings(settings, community="strict", on_foreign=OnForeign.APPROVE, policy="default")
    assert named.community is not None
    assert (named.community.name, named.on_foreign, named.policy) == ("strict", OnForeign.APPROVE, "default")


def test_an_unknown_community_is_refused(settings: Settings, tmp_path: Path) -> None:
    """An unknown community is refused with one line that lists the communities, or says that there are none."""
    with pytest.raises(SettingsError, match=r"community 'nope' is not in .*: it has forum, strict"):
        JudgeOptions.from_settings(settings, community="nope")
    with pytest.raises(SettingsError, match="the site has no communities: name their file in TIPSTAFF_COMMUNITIES"):
        JudgeOptions.from_settings(read_settings(data_dir=tmp_path), community="forum")


def test_the_policy_in_summaries(settings: Settings) -> None:
    """The name of the policy is the name in the options, else that of the community's policy or of its own thresholds."""
    assert JudgeOptions().policy_name == JudgeOptions.from_settings(settings).policy_name == "default"
    strict = JudgeOptions.from_settings(settings, community="strict")
    assert (strict.policy_name, strict.model_policy) == ("strict", "default")
    assert JudgeOptions(policy="lenient", community=strict.community).policy_name == "lenient"


def test_a_policy_that_the_model_lacks_is_refused() -> None:
    """One line names the policy, and the community if it is the community that wants it."""
    lenient = Community("garden", policy="lenient")
    with pytest.raises(PolicyError, match=r"^community 'garden': policy 'lenient' is unknown: use one of default"):
        JudgeOptions(community=lenient).build_judge(Moderator.load())
    with pytest.raises(PolicyError, match=r"^policy 'harsh' is unknown"):
        JudgeOptions(policy="harsh", community=lenient).check_policy(["default"])
    JudgeOptions(policy="default", community=lenient).check_policy(["default"])


def test_languages_are_identified_where_that_matters(settings: Settings) -> None:
    """Languages are identified if foreign comments are treated differently or if the caller asks; otherwise they are not."""
    moderator = Moderator.load()
    assert JudgeOptions.from_settings(settings).build_judge(moderator).identifier is not None
    assert JudgeOptions.from_settings(settings, community="strict").build_judge(moderator).identifier is None
    assert JudgeOptions(on_foreign=OnForeign.JUDGE).build_judge(moderator).identifier is None
    assert JudgeOptions(on_foreign=OnForeign.JUDGE, identify=True).build_judge(moderator).identifier is not None


def test_other_processes_get_the_same(settings: Settings) -> None:
    """Options can be sent to other processes, and are equal and hashable, so that a judge is built once in each."""
    options = JudgeOptions.from_settings(settings)
    sent = pickle.loads(pickle.dumps(options))
    assert sent == options
    assert hash(sent) == hash(options)
