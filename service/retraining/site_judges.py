"""How a site judges in each of its communities, as values that the gate takes: it knows no settings."""

from typing import TYPE_CHECKING

from service.judging.community_file import read_community_file
from service.judging.judge_options import JudgeOptions

if TYPE_CHECKING:
    from service.settings import Settings
    from training.evaluation.subject import JudgeBuilder

__all__ = ["site_judges"]


def site_judges(settings: "Settings") -> "dict[str | None, JudgeBuilder]":
    """Return community → what builds the judge of its comments for a model; None stands for comments of no community.

    Args:
        settings: name the file of communities, and say what happens to foreign comments.

    Raises:
        SettingsError: the file of communities is wrong.
    """
    names = () if settings.communities is None else sorted(read_community_file(settings.communities).communities)
    return {name: JudgeOptions.from_settings(settings, community=name).build_judge for name in (None, *names)}
