"""Comments over the limit of bytes, in protocols that cannot refuse them: they are judged in parts, and the worst part counts.

If they were refused, clients that take an error for consent would publish them: length would be a way around moderation.
"""

from collections.abc import Iterator, Sequence

from starlette.requests import ClientDisconnect, Request

from model.comment import VERDICTS, Comment
from service.http.calls import Caller
from service.http.dialects.verdicts import UNREADABLE_VERDICT, CommentVerdict, comment_verdicts, judge_for_client
from service.http.observability.faults import report_judging_fault
from service.http.problems import ProblemError

__all__ = ["judge_in_parts", "split_text"]


def split_text(text: str, limit: int) -> Iterator[str]:
    """Yield a text in parts of at most ``limit`` bytes in UTF-8, each cut at the last blank in its second half, if there is one.

    A character in the middle of which a cut falls is dropped, and nothing else.
    """
    data = text.encode(errors="replace")
    begin = 0
    while len(data) - begin > limit:
        end = begin + limit
        blank = data.rfind(b" ", begin + limit // 2, end)
        end = end if blank < 0 else blank + 1
        yield data[begin:end].decode(errors="ignore")
        begin = end
    yield data[begin:].decode(errors="ignore")


async def judge_in_parts(
    request: Request, comments: Sequence[Comment], *, limit: int, caller: Caller, community: str | None = None
) -> CommentVerdict:
    """Judge texts that belong together, of any length, and return the verdict on the worst part of them.

    If that fails through a fault of the service, they have to wait for a moderator.

    Args:
        request: the call that the texts came with.
        comments: one text or more, such as a title and a body.
        limit: the most bytes that a part may have.
        caller: who made the call.
        community: the name that the client sends, whether or not the site has a community of that name.

    Raises:
        ProblemError: as `judge_comments`.
    """
    try:
        parts = [comment._replace(text=part) for comment in comments for part in split_text(comment.text, limit)]
        judgements = await judge_for_client(request, parts, caller=caller, community=community)
        return max(comment_verdicts(judgements), key=_severity)
    except (ProblemError, ClientDisconnect):
        raise
    except Exception as error:
        report_judging_fault(error, request.scope)
        return UNREADABLE_VERDICT


def _severity(result: CommentVerdict) -> tuple[int, bool, bool, float, float]:
    """Return a key that orders verdicts from the mildest to the worst."""
    verdict = -1 if result.verdict is None else VERDICTS.index(result.verdict)
    return verdict, result.must_wait, not result.is_only_foreign, result.abusive, result.hateful
