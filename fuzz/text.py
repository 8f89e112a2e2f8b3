"""Texts of comments, in every format, through all that the model does with them: what is read, scored, explained and identified."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from fuzz.campaign import Campaign
from fuzz.odd_values import mutate_bytes, odd_text
from fuzz.promises import BrokenPromiseError, hold
from model.comment import LABELS, VERDICTS, Comment, Format
from model.language.identifier import Identifier
from model.language.visible_texts import visible_text
from model.moderator import Moderator
from model.ngrams.packed_comments import PackedComments
from model.ngrams.packed_texts import pack_bytes
from model.normaliser.hashing import Lexicon
from model.normaliser.lexicon import load_lexicon
from model.profile import Profile
from model.text.pipeline import normalise_comment, prepare, prepare_text, strip_markup
from service.judging.community_file import read_community_file
from service.judging.foreign import OnForeign
from service.judging.judge import Judge

__all__ = ["COMMUNITIES", "TextKit", "check_markup", "check_texts", "fuzz_texts", "replay_text"]

COMMUNITIES = """
default = "forum"

[community.forum]
deny_words = ["casino", "gro\u00dfer mist", "you are an idiot", "you are"]
allow_words = ["lovely morning"]
deny_patterns = ["(?i)shut +up", "^.{0,30}z$"]
allow_patterns = ["^quote:"]

[community.strict]
review_abusive = 0.05
review_hateful = 0.05
reject_abusive = 0.3
reject_hateful = 0.3
on_foreign = "approve"

[community.watching]
observe = true
deny_words = ["casino"]
"""

_FORMATS = tuple(Format)
_BATCH = 32
_EXPLAINED_SHARE, _ALONE_SHARE = 0.05, 0.05
_BOTH_SHARE, _BOTH_BATCH = 0.1, 4  # the encoder takes a thousand times as long
_TOLERANCE = 1e-6
_SUFFIX = ".txt"


@dataclass(frozen=True)
class TextKit:
    """What texts are tried on.

    Attributes:
        moderator: the shipped model, its n-grams alone.
        identifier: of languages.
        judges: by the n-grams, with and without a community.
        both: a judge that asks the encoder about the comments whose label that may change.
        lexicon: of the normaliser.
    """

    moderator: Moderator
    identifier: Identifier
    judges: Sequence[Judge]
    both: Judge
    lexicon: Lexicon

    @classmethod
    def load(cls, folder: Path) -> "TextKit":
        """Load the shipped model, and communities from a file that is written into a folder."""
        path = folder / "communities.toml"
        path.write_text(COMMUNITIES, encoding="utf-8")
        moderator = Moderator.load(profile=Profile.FAST)
        identifier = Identifier.load(moderator.languages)
        communities = (None, *read_community_file(path).communities.values())
        judges = [Judge(moderator, identifier, None, community, OnForeign.REVIEW) for community in communities]
        both = Judge(Moderator.load(profile=Profile.CASCADE), identifier)
        return cls(moderator, identifier, judges, both, load_lexicon())


def check_markup(text: str, text_format: Format) -> None:
    """Check what the mark-up and the Unicode stage make of a text, and the way back.

    Raises:
        BrokenPromiseError: an offset leads nowhere.
        Exception: nothing may raise; whatever does is a finding.
    """
    stripped = strip_markup(text, text_format)
    at = 0
    for piece in stripped.pieces:
        hold(piece.text and at <= piece.begin < piece.end <= len(text), "pieces lie in the text, in order", repr(piece)[:200])
        at = piece.end
    hold("".join(piece.text for piece in stripped.pieces) == stripped.text, "the pieces make up the text")
    prepare_text(text, text_format)
    visible_text(Comment("", text, text_format))


def _check_normalisation(text: str, text_format: Format, lexicon: Lexicon) -> None:
    once = normalise_comment(text, text_format, lexicon)
    begins, ends = once.begin, once.end
    sound = begins.size == ends.size == once.data.size and (not begins.size or (begins.min() >= 0 and ends.max() <= len(text)))
    in_order = (begins < ends).all() and (np.diff(begins) >= 0).all() and (np.diff(ends) >= 0).all()
    hold(sound and in_order, "each letter of the normalised text leads back into the text")
    again = normalise_comment(once.data.tobytes().decode(), Format.PLAIN, lexicon)
    hold(bytes(again.data) == bytes(once.data), "normalising a normalised text changes nothing", repr(bytes(once.data))[:500])


def _check_all_markup(comments: Sequence[Comment]) -> None:
    for comment in comments:
        check_markup(comment.text, comment.format)


def check_texts(comments: Sequence[Comment], *, judge: Judge, explain: bool = False) -> None:
    """Check what is decided about comments.

    Raises:
        BrokenPromiseError: a step fails, a score is no probability, or a span lies outside the text.
    """
    judgements = judge.judge(comments, explain=explain)
    rows = list(judgements.rows())
    hold(len(rows) == len(comments), "each comment is judged once")
    hold(not judgements.failures, "no step of judging fails", repr(judgements.failures))
    for row in rows:
        if row.label is None:
            hold(row.verdict is None or row.reason, "what is not judged has a reason", repr(row))
            continue
        hold(row.label in LABELS and row.verdict in VERDICTS, "labels and verdicts are known ones", repr(row))
        numbers = (*row.scores, *row.attributes)
        hold(all(0 <= number <= 1 for number in numbers), "scores are finite and in [0, 1]", repr(row))
        hold(math.isclose(sum(row.scores), 1, abs_tol=_TOLERANCE), "the scores of a comment sum to 1", repr(row))
    if explain:
        for at, spans in enumerate(judgements.decisions.spans or ()):
            _check_spans(comments[at], spans or ())


def _check_spans(comment: Comment, spans: Sequence[object]) -> None:
    for span in spans:
        begin, end, abusive, hateful = span.begin, span.end, span.abusive, span.hateful  # type: ignore[attr-defined]
        hold(0 <= begin < end <= len(comment.text), "spans lie in the text", repr(span))
        hold(math.isfinite(abusive) and math.isfinite(hateful), "contributions are finite", repr(span))


def _check_alone(kit: TextKit, comments: Sequence[Comment]) -> None:
    """Check that a comment is judged alone as it is in company, in a list as in a column."""
    together = kit.moderator.decide(comments, threads=1).scores.tolist()
    for comment, scores in zip(comments, together, strict=True):
        hold(repr(kit.moderator.decide([comment], threads=1).scores.tolist()) == repr([scores]), "alone as in company")
    for text_format in Format:
        rows = [at for at, comment in enumerate(comments) if comment.format is text_format]
        packed = PackedComments(pack_bytes([comments[at].text.encode() for at in rows]), text_format)
        hold(
            repr(kit.moderator.decide(packed, threads=1).scores.tolist()) == repr([together[at] for at in rows]), "in a column as in a list"
        )


def _check_languages(kit: TextKit, comments: Sequence[Comment]) -> None:
    languages = kit.identifier.identify(comments)
    sizes = {len(languages.codes), len(languages.certainties), len(languages.foreign), len(languages.candidates), len(comments)}
    hold(len(sizes) == 1 and all(0 <= certainty <= 1 for certainty in languages.certainties), "the certainty of a language is in [0, 1]")


def _try_each(campaign: Campaign, comments: Sequence[Comment], check: Callable[[Sequence[Comment]], object]) -> None:
    """Check comments together; if that fails, each by itself, to find the one that is to blame."""
    try:
        check(comments)
    except Exception as error:
        blamed = False
        for one in comments:
            try:
                check([one])
            except Exception as own:
                blamed = True
                _report(campaign, own, [one])
        if not blamed:
            _report(campaign, error, comments)


def _report(campaign: Campaign, error: Exception, comments: Sequence[Comment]) -> None:
    content = "\n".join(comment.text for comment in comments).encode("utf-8", "surrogatepass")
    if isinstance(error, BrokenPromiseError):
        kind, seen = error.args
        campaign.report(f"{kind} ({comments[0].format})", seen, content, suffix=_SUFFIX)
    else:
        campaign.report_exception(error, content, suffix=_SUFFIX)


def _generate(campaign: Campaign) -> Iterator[Comment]:
    recent = [""]
    while True:
        kind = campaign.random.random()
        if kind < 0.7:
            text = odd_text(campaign.random)
        elif kind < 0.85:
            text = campaign.random.choice(recent) + odd_text(campaign.random, longest=300)
        else:
            text = mutate_bytes(campaign.random, campaign.random.choice(recent).encode()).decode(errors="replace")
        text = text[:20_000]
        recent = [*recent[-40:], text]
        language = campaign.random.choice((None, None, None, "en", "de-AT", odd_text(campaign.random, longest=20)))
        yield Comment("", text, campaign.random.choice(_FORMATS), language)


def fuzz_texts(campaign: Campaign) -> None:
    """Try texts until the budget is spent."""
    kit = TextKit.load(campaign.folder)
    source = _generate(campaign)
    while campaign.goes_on():
        comments = []
        for comment in islice(source, _BATCH):
            campaign.begin(comment.text.encode(), suffix=_SUFFIX)
            comments.append(comment)
        _check_batch(campaign, kit, comments)


def _check_batch(campaign: Campaign, kit: TextKit, comments: Sequence[Comment]) -> None:
    for comment in comments:
        _try_each(campaign, [comment], _check_all_markup)
    judge = campaign.random.choice(kit.judges)
    _try_each(campaign, comments, prepare)
    _try_each(campaign, comments, lambda some: _check_languages(kit, some))
    _try_each(campaign, comments, lambda some: check_texts(some, judge=judge))
    if campaign.random.random() < _BOTH_SHARE:
        explain = campaign.random.random() < _EXPLAINED_SHARE
        _try_each(campaign, comments[:_BOTH_BATCH], lambda some: check_texts(some, judge=kit.both, explain=explain))
    if campaign.random.random() < _ALONE_SHARE:
        _try_each(campaign, comments, lambda some: _check_alone(kit, some))
    for comment in comments:
        if campaign.random.random() < _EXPLAINED_SHARE:
            _try_each(campaign, [comment], lambda some: _check_normalisation(some[0].text, some[0].format, kit.lexicon))
            _try_each(campaign, [comment], lambda some: check_texts(some, judge=judge, explain=True))


def replay_text(kit: TextKit, content: bytes) -> None:
    """Try a text that was kept, in every format and by every judge.

    Raises:
        BrokenPromiseError: a promise is not kept.
        Exception: nothing may raise; whatever does is a finding.
    """
    text = content.decode("utf-8", "replace")
    comments = [Comment("", text, text_format) for text_format in Format]
    for comment in comments:
        check_markup(comment.text, comment.format)
        _check_normalisation(comment.text, comment.format, kit.lexicon)
    prepare(comments)
    _check_languages(kit, comments)
    _check_alone(kit, comments)
    for judge in (*kit.judges, kit.both):
        check_texts(comments, judge=judge, explain=True)
