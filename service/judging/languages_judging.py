"""Judging comments in several languages: the model of the site judges some, language packs others, and the worst answer counts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from model.array_types import IntArray
from model.comment import Comment
from model.failures import Step, add_failures, log_failure
from model.policy import Policy
from service.judging.contained_steps import IdentifiedLanguages, MatchedLists
from service.judging.own_passages import find_own_passages
from service.judging.routes import Routes

if TYPE_CHECKING:
    # Importing these at run time would load the compiled kernels, which not every process needs.
    from model.decisions import Decisions
    from model.language.identifier import Identifier
    from model.languages.language_packs import LanguagePacks
    from model.moderator import FirstPass, Moderator

__all__ = ["FirstReading", "JudgedByLanguage", "PolicyChoice", "judge_by_language", "read_first"]


class FirstReading(NamedTuple):
    """What the n-grams say of n comments before an encoder has read any; ``Judge.judge`` goes on from here.

    Attributes:
        encoder_rows: the numbers of the comments that an encoder is to read, which takes a thousand times as long; ascending.
        listed: what the lists of the community match in the comments; None if it has none.
        languages: the languages of the comments; None if they are not needed to choose who judges.
        routes: who judges; None if the model of the site judges all.
        own: the scores by the model of the site, for the comments that it judges.
        packs: the scores by the packs, by language, for the comments that each judges.
    """

    encoder_rows: IntArray
    listed: MatchedLists | None
    languages: IdentifiedLanguages | None
    routes: Routes | None
    own: "FirstPass | None"
    packs: "Mapping[str, FirstPass]"


class PolicyChoice(NamedTuple):
    """The policy that leads to verdicts: one of the models', by its name, and thresholds of the site that take its place, if any."""

    name: str
    thresholds: Policy | None = None


class JudgedByLanguage(NamedTuple):
    """What is decided about n comments in several languages.

    Attributes:
        decisions: of the model that has decided about each.
        versions: by the number of each comment on which a pack has decided, the version of that.
        tags: by the number of each comment on which a pack has decided, its language.
    """

    decisions: "Decisions"
    versions: dict[int, str]
    tags: dict[int, str]


def read_first(
    moderator: "Moderator",
    packs: "LanguagePacks",
    comments: Sequence[Comment],
    routes: Routes,
    *,
    identifier: "Identifier",
    policy: str,
    threads: int,
) -> "tuple[IntArray, FirstPass | None, dict[str, FirstPass]]":
    """Have the n-grams of all models read the comments that each judges.

    Args:
        moderator: the model of the site.
        packs: the language packs.
        comments: n comments.
        routes: who judges which.
        identifier: tells which passages of a comment are English.
        policy: the name of one of the moderator's policies.
        threads: how many may share the work.

    Returns:
        The numbers of the comments that an encoder is to read, and what the n-grams say; a pack that cannot be used is left out.

    Raises:
        PolicyError: the moderator has no policy of that name.
    """
    own = None
    to_read = [np.empty(0, np.int64)]
    if routes.own.size:
        own = moderator.first_pass(_choose(comments, routes.own), policy=policy, threads=threads)
        to_read.append(routes.own[own.encoder_rows])
    by_pack = {}
    passages = _find_passages(comments, routes, identifier)
    for tag, rows in routes.packs.items():
        try:
            pack = packs.moderator(tag)
            first = pack.first_pass(_choose(comments, rows), policy=_pack_policy(pack, policy), threads=threads)
        except Exception as error:  # the judgement itself finds out, and deals with it
            log_failure(Step.JUDGEMENT, error)
            continue
        by_pack[tag] = first
        to_read.append(rows[first.encoder_rows])
        to_read.append(passages[tag][0])
    return np.unique(np.concatenate(to_read)), own, by_pack


def judge_by_language(
    moderator: "Moderator",
    packs: "LanguagePacks",
    comments: Sequence[Comment],
    routes: Routes,
    *,
    identifier: "Identifier",
    policy: PolicyChoice,
    explain: bool,
    threads: int | None,
    ngrams_only: bool,
    first: FirstReading | None,
) -> JudgedByLanguage:
    """Have each model judge its comments, and let the worst answer count.

    Args:
        moderator: the model of the site.
        packs: the language packs.
        comments: n comments.
        routes: who judges which.
        identifier: tells which passages of a comment are English: the packs judge what is left as well.
        policy: leads to the verdicts of all models.
        explain: whether to find the words that moved the scores.
        threads: how many may share the work; None is all cores for large batches.
        ngrams_only: whether the n-grams are to judge alone this time, whatever the profile.
        first: what ``read_first`` has found before, if it was asked.

    Raises:
        PolicyError: the moderator has no policy of that name.
    """
    # Where the n-grams judge alone after all, a language may be read no longer.
    is_same = first is not None and first.routes is not None and np.array_equal(first.routes.own, routes.own)
    decisions = moderator.decide(
        _choose(comments, routes.own),
        policy=policy.name,
        explain=explain,
        threads=threads,
        ngrams_only=ngrams_only,
        first_pass=first.own if first is not None and is_same else None,
    )
    decisions = _with_policy(decisions, policy.thresholds).spread(len(comments), routes.own)
    asked: Any = {"explain": explain, "threads": threads, "ngrams_only": ngrams_only}
    parts, judges = [], []
    passages = _find_passages(comments, routes, identifier)
    for tag, rows in routes.packs.items():
        known = None if first is None else first.packs.get(tag)
        for part, texts, reading in ((rows, _choose(comments, rows), known), (*passages[tag], None)):
            if part.size:
                by_pack, version = _judge_by_pack(moderator, packs, tag, texts, policy=policy, first_pass=reading, **asked)
                parts.append((part, by_pack))
                judges.append((tag, version))
    decisions, decided = decisions.overlaid(parts)
    versions, tags = dict[int, str](), dict[int, str]()
    for (tag, version), taken in zip(judges, decided, strict=True):
        versions |= dict.fromkeys(taken.tolist(), version)
        tags |= dict.fromkeys(taken.tolist(), tag)
    return JudgedByLanguage(decisions, versions, tags)


def _judge_by_pack(
    moderator: "Moderator",
    packs: "LanguagePacks",
    tag: str,
    comments: Sequence[Comment],
    *,
    policy: PolicyChoice,
    explain: bool,
    **asked: Any,
) -> "tuple[Decisions, str]":
    """Return what a pack decides about comments, and its version; where it cannot be asked, a moderator has to review them."""
    try:
        pack = packs.moderator(tag)
        name = _pack_policy(pack, policy.name)
        thresholds = policy.thresholds or (moderator.policies[policy.name] if name != policy.name else None)
        by_pack = _with_policy(pack.decide(comments, policy=name, explain=explain, **asked), thresholds)
        return by_pack, by_pack.version
    except Exception as error:
        log_failure(Step.JUDGEMENT, error)
        by_pack = moderator.decide_unreadable(len(comments), policy=policy.name, explain=explain)
        return replace(by_pack, failures=add_failures(by_pack.failures, {Step.JUDGEMENT: len(comments)})), packs.version(tag)


def _find_passages(comments: Sequence[Comment], routes: Routes, identifier: "Identifier") -> dict[str, tuple[IntArray, list[Comment]]]:
    """Return what is not English of the comments that the model of the site and a pack judge both, as ``find_own_passages`` does."""
    own = np.append(routes.own, -1)
    both = {tag: rows[own[np.searchsorted(routes.own, rows)] == rows] for tag, rows in routes.packs.items()}
    return find_own_passages(comments, both, identifier)


def _choose(comments: Sequence[Comment], rows: IntArray) -> Sequence[Comment]:
    """Return some of n comments; packed ones stay so."""
    if rows.size == len(comments):
        return comments
    return comments.take(rows) if hasattr(comments, "take") else [comments[row] for row in rows.tolist()]


def _pack_policy(pack: "Moderator", policy: str) -> str:
    """Return the policy to ask a pack for: the one of that name, or else its usual one, whose thresholds the site's then replace."""
    return policy if policy in pack.policies else "default"


def _with_policy(decisions: "Decisions", thresholds: Policy | None) -> "Decisions":
    return decisions if thresholds is None else decisions.with_policy(thresholds)
