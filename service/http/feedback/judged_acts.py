"""Adds to what moderators say how the service judges the comments at that time, by which it is known later where the two differ."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from math import isnan

from starlette.requests import ClientDisconnect, Request

from model.comment import Comment
from service.http.calls import Attempt, Caller, Judgements, build_judge, dispatch
from service.http.observability.faults import report_judging_fault
from service.http.problems import ProblemError
from service.http.state import get_state
from service.http.workload.effort import ngrams_effort
from service.store.rulings.act import Act, KnownText, ServedDecision

__all__ = ["judge_acts"]


async def judge_acts(request: Request, acts: Sequence[Act], texts: Sequence[KnownText | None], *, caller: Caller) -> list[Act]:
    """Return acts with the decisions about their comments. What cannot be judged now is none the less an act.

    Nothing of it is counted in the metrics, since nobody is answered with it.

    Args:
        request: the call that brought the acts.
        acts: n acts.
        texts: the n texts of their comments, None where one is not known.
        caller: who made the call.

    Raises:
        ClientDisconnect: the client went away.
    """
    places_by_community: defaultdict[str | None, list[int]] = defaultdict(list)
    for place, (act, text) in enumerate(zip(acts, texts, strict=True)):
        if text is not None:
            places_by_community[_known_community(request, act.community)].append(place)
    judged = list(acts)
    for community, places in places_by_community.items():
        comments = [_build_comment(acts[place], texts[place]) for place in places]
        decisions = await _decide(request, comments, caller=caller, community=community)
        for place, decision in zip(places, decisions, strict=True):
            judged[place] = replace(acts[place], decision=decision)
    return judged


def _build_comment(act: Act, known: KnownText | None) -> Comment:
    if known is None:
        raise ValueError("a comment without a text cannot be judged")
    return Comment("", known.text, format=known.format, language=act.language, author=act.author)


def _known_community(request: Request, name: str | None) -> str | None:
    """Return the name of a community if the site has one of that name."""
    file = get_state(request).communities.file
    return name if file is not None and name in file.communities else None


async def _decide(
    request: Request, comments: Sequence[Comment], *, caller: Caller, community: str | None
) -> Sequence[ServedDecision | None]:
    try:
        judge = build_judge(request, caller=caller, community=community, policy=None)

        def work(attempt: Attempt) -> Judgements:
            return judge.judge(comments, ngrams_only=attempt.ngrams_only, first_pass=attempt.first_pass)

        effort = ngrams_effort(comments, explain=False)
        return _read_decisions(await dispatch(request, judge, work, comments, caller=caller, effort=effort))
    except ClientDisconnect:
        raise
    except ProblemError:
        # The model is not loaded yet, or there is too much to judge: what a moderator says is kept all the same.
        return [None] * len(comments)
    except Exception as error:
        report_judging_fault(error, request.scope)
        return [None] * len(comments)


def _read_decisions(judgements: Judgements) -> list[ServedDecision | None]:
    version = judgements.decisions.version
    decisions: list[ServedDecision | None] = []
    for judgement in judgements.rows():
        if judgement.label is None or judgement.verdict is None:
            decisions.append(None)
        else:
            fine, toxic, score = judgement.scores
            hateful = None if isnan(score) else score
            artefact = judgement.version or version
            decisions.append(ServedDecision(fine=fine, toxic=toxic, hateful=hateful, verdict=judgement.verdict, artefact=artefact))
    return decisions
