"""Stores what moderators say, of every protocol: each act with the key, the role and the community of its call."""

from collections.abc import Sequence

from starlette.requests import Request

from service.http.admission.community_choice import community_of_path
from service.http.calls import Caller
from service.http.feedback.judged_acts import judge_acts
from service.http.store_writes import read_store, write_store
from service.store.rulings.act import Act, KnownText, RecordedAct

__all__ = ["record_acts", "record_ruling", "ruling_community"]


def ruling_community(request: Request, caller: Caller, name: str | None) -> str | None:
    """Return the community that a ruling belongs to: that of the key, or else the one that the call names, or else that of its path.

    A key that is bound to a community rules for that one alone, whatever its calls name.
    """
    return caller.community or name or community_of_path(request)


async def record_ruling(request: Request, act: Act, *, caller: Caller) -> None:
    """Store an act as `record_acts` does."""
    await record_acts(request, [act], caller=caller)


async def record_acts(request: Request, acts: Sequence[Act], *, caller: Caller) -> Sequence[RecordedAct]:
    """Store acts, all or none, with the decisions about their comments; when this returns, they are on the disk.

    Args:
        request: the call that brought them.
        acts: the acts.
        caller: who made the call.

    Returns:
        What became of each.

    Raises:
        ReusedActError: an act has the id of another one that says something else.
        ProblemError: they could not be stored, and the client should send them again later.
        ClientDisconnect: the client went away.
    """
    texts = await _find_texts(request, acts)
    judged = await judge_acts(request, acts, texts, caller=caller)
    return await write_store(
        request,
        lambda store: store.rulings.record_all(judged),
        log="a ruling could not be kept",
        detail="The ruling could not be kept: send it again later.",
    )


async def _find_texts(request: Request, acts: Sequence[Act]) -> Sequence[KnownText | None]:
    """Return the text of each comment: the one that comes with the act, or else the latest that is stored."""
    keys = {(act.community, act.comment) for act in acts if act.text is None and act.comment is not None}
    known = {} if not keys else await read_store(request, lambda store: store.rulings.find_texts(keys))
    return [KnownText(act.text, act.format) if act.text is not None else known.get((act.community, act.comment or "")) for act in acts]
