"""Comments over the limit of bytes, in protocols that have no answer for them: they are judged in pieces, and the worst counts.

Refused, they would pass unseen wherever the client takes an error for consent: length would be a way around the moderation.
"""

from collections.abc import Iterator, Sequence

from starlette.requests import Request

from model.comment import VERDICTS, Comment
from service.http.calls import Caller
from service.http.dialects.messages import CommentVerdict, comment_verdicts, judge_for_client

__all__ = ["judge_in_parts", "split_text"]


def split_text(text: str, limit: int) -> Iterator[str]:
    """Yield a text in pieces of at most ``limit`` bytes in UTF-8, cut at a blank where there is one in the second half.

    A character that a cut falls into is dropped; nothing else is.
    """
    data = text.encode(errors="replace")
    at = 0
    while len(data) - at > limit:
        end = at + limit
        blank = data.rfind(b" ", at + limit // 2, end)
        end = end if blank < 0 else blank + 1
        yield data[at:end].decode(errors="ignore")
        at = end
    yield data[at:].decode(errors="ignore")


async def judge_in_parts(
    request: Request, comments: Sequence[Comment], *, limit: int, caller: Caller, community: str | None = None
) -> CommentVerdict:
    """Judge the parts of what one author wrote at one time, of any length, and return the worst.

    Args:
        request: the call that they came with.
        comments: one at least; whatever their length.
        limit: bytes of a piece.
        caller: who asks.
        community: what the client calls itself, whether or not the site has a policy for one of that name.

    Raises:
        ProblemError: as `judge` does.
    """
    parts = [comment._replace(text=piece) for comment in comments for piece in split_text(comment.text, limit)]
    judgement = await judge_for_client(request, parts, caller=caller, community=community)
    found = comment_verdicts(judgement)
    return max(found, key=lambda one: (-1 if one.verdict is None else VERDICTS.index(one.verdict), one.abusive, one.scores[2]))
