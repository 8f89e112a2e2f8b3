"""The calls about comments: whether one is spam, and what moderators say of it.

Here spam is whatever the policy would not approve: clients put it where a moderator looks, or hide it.
"""

import secrets

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from model.comment import Comment, Format, Verdict
from model.language.tags import primary_language
from service.http.calls import Caller, Scope
from service.http.dialects.akismet.form_key import admit_form
from service.http.dialects.dialect import Endpoint
from service.http.dialects.forms import Form
from service.http.dialects.long_comments import judge_in_parts
from service.http.dialects.messages import check_length, field_problem
from service.http.dialects.named_languages import choose_language, identify_language, read_languages
from service.http.dialects.verdicts import CommentVerdict, Flagging
from service.http.feedback.recorded_acts import record_ruling, ruling_community
from service.settings import Settings
from service.store.rulings.act import Act

__all__ = ["REQUIRED_FIELDS", "answer_word", "check_endpoint", "submit_endpoint"]

REQUIRED_FIELDS = {"blog": "The address of the site.", "user_ip": "The address from which the comment came."}
"""The fields that a call about a comment needs, with what each is."""

_THANKS = "Thanks for making the web a better place."
_TEST_SPAM = frozenset({"viagra-test-123", "akismet-guaranteed-spam", "akismet-guaranteed-spam@example.com"})
_TEST_HAM_ROLE = "administrator"
# Of a yes, PHP's clients make 1 or true, and Python's True.
_YES = frozenset({"1", "true", "yes"})
_MIN_BLATANT_SCORE = 0.95
_MAX_FIELD_LENGTH = 300
_ENGLISH = "en"
_MOST_SITE_LANGUAGES = 10
# A longer text shows its language itself.
_MOST_LETTERS = 200


def answer_word(word: str, **headers: str) -> Response:
    """Return an answer of one word, with a name for the call."""
    return PlainTextResponse(word, headers=headers | {"X-akismet-guid": secrets.token_hex(16)})


def check_endpoint(settings: Settings) -> Endpoint:
    """Return the endpoint of ``comment-check``."""
    spam = Flagging.for_dialect("akismet", settings, mildest=settings.akismet_spam)

    async def check(request: Request) -> Response:
        form, caller = await admit_form(request, settings, Scope.SCORE)
        _check_required(form)
        if {form.text("comment_author"), form.text("comment_author_email")} & _TEST_SPAM:
            return answer_word("true")
        if _TEST_HAM_ROLE in form.text("user_role").split(","):
            return answer_word("false")
        comment = Comment("", form.text("comment_content"), format=Format.HTML)
        comment = _state_site_language(request, comment, form.text("blog_lang"))
        result = await judge_in_parts(request, [comment], limit=settings.max_comment_bytes, caller=caller, community=form.text("blog"))
        if not spam.flags(result):
            return answer_word("false")
        return answer_word("true", **({"X-akismet-pro-tip": "discard"} if _is_blatant(result) else {}))

    return check


def submit_endpoint(settings: Settings, *, spam: bool) -> Endpoint:
    """Return the endpoint of ``submit-spam`` or of ``submit-ham``."""

    async def submit(request: Request) -> Response:
        form, caller = await admit_form(request, settings, Scope.FEEDBACK)
        _check_required(form)
        text = form.text("comment_content")
        check_length(text, field="comment_content", limit=settings.max_comment_bytes)
        if text.strip() and form.text("is_test").lower() not in _YES:
            community = ruling_community(request, caller, form.text("blog"))
            act = _build_act(form, caller, settings, text=text, spam=spam, community=community)
            await record_ruling(request, act, caller=caller)
        return PlainTextResponse(_THANKS)

    return submit


def _state_site_language(request: Request, comment: Comment, languages: str) -> Comment:
    """Return a short comment that shows no language with that of the site, by which it is judged as well.

    Args:
        request: the call.
        comment: the comment.
        languages: the languages of the site as clients send them, such as ``de_DE`` or ``en, fr_ca``; empty if they send none.
    """
    named = read_languages([tag.strip() for tag in languages.split(",")][:_MOST_SITE_LANGUAGES])
    if not named.tags or len(comment.text) > _MOST_LETTERS or identify_language(request, comment) is not None:
        return comment
    tag = choose_language(request, comment, named)
    # Whoever has changed no setting of a blog sends English.
    return comment if tag is None or primary_language(tag) == _ENGLISH else comment._replace(language=tag)


def _check_required(form: Form) -> None:
    for name in REQUIRED_FIELDS:
        if not form.text(name):
            raise field_problem(name, "is missing")


def _is_blatant(result: CommentVerdict) -> bool:
    return result.verdict is Verdict.REJECT and result.abusive >= _MIN_BLATANT_SCORE and not result.foreign


def _build_act(form: Form, caller: Caller, settings: Settings, *, text: str, spam: bool, community: str | None) -> Act:
    # A comment that was wrongly taken for spam is fine, whatever spam means on the site.
    is_about_abuse = not spam or settings.akismet_submissions == "abusive"
    return Act(
        dialect="akismet",
        text=text,
        format=Format.HTML,
        abusive=spam if is_about_abuse else None,
        reason=None if is_about_abuse else "spam",
        community=community,
        # WordPress sends these; other clients send what they have.
        comment=_read_field(form, "comment_ID"),
        author=_read_field(form, "comment_author"),
        key=caller.key,
        role=caller.role,
        moderator=caller.person(_read_field(form, "reporter")),
    )


def _read_field(form: Form, name: str) -> str | None:
    """Return a field of the form without blanks around it; None if it is empty, or longer than any such field."""
    value = form.text(name).strip()
    return value if 0 < len(value) <= _MAX_FIELD_LENGTH else None
