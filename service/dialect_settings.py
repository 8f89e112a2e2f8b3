"""What can be set about the dialects, the protocols of other services in which this one answers."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from service.setting_checks import parse_dialects, parse_failure_answers, parse_foreign_flagging
from service.setting_types import SecretList, WebAddress

__all__ = ["DialectSettings"]


class DialectSettings(BaseSettings):
    """The part of the settings that concerns the dialects; `Settings` reads them from the environment with the rest."""

    dialects: str = Field(default="all", description="Protocols of other services to answer in, separated by commas; `all` or `none`.")
    on_failure: str = Field(
        default="",
        description="What a dialect answers when a call cannot be judged in time: `synapse=open,coral=error`; `open` lets it pass, "
        "`closed` rejects it, `error` (the default) says so in the dialect's own error.",
    )
    flag_foreign: str = Field(
        default="",
        description="Dialects, separated by commas, that flag a comment which is for review because of its language alone: `akismet`, "
        "`openai`, `coral`, `discourse`, `synapse`; `all` or `none`. By default such a comment is no spam, not flagged and not refused.",
    )
    perspective_unknown: Literal["omit", "error", "nearest"] = Field(
        default="omit",
        description="Perspective dialect: what happens to an attribute that Perspective had and the served model has not: `omit` leaves it "
        "out of the answer, `error` refuses the call, `nearest` answers with its nearest neighbour, where there is one.",
    )
    perspective_strict_languages: bool = Field(
        default=False,
        description="Perspective dialect: whether a comment in a language that is not read, or in which an attribute is not told, is "
        "refused with Perspective's error; otherwise it is scored, and the answer names the language.",
    )
    openai_flagged: Literal["review", "reject"] = Field(
        default="review", description="OpenAI dialect: the mildest verdict that counts as flagged, `review` or `reject`."
    )
    coral_secrets: SecretList | None = Field(
        default=None,
        description="Coral dialect: signing secrets of the external moderation phase, separated by commas. If set, every call has to be "
        "signed with one of them and needs no key.",
    )
    coral_review: Literal["flag", "premod"] = Field(
        default="flag",
        description="Coral dialect: what is done with a comment for review: `flag` publishes it with a flag, `premod` holds it back.",
    )
    coral_reject: Literal["reject", "withhold", "premod"] = Field(
        default="reject",
        description="Coral dialect: what is done with a rejected comment: `reject` rejects it, `withhold` holds it back as the "
        "system's work, `premod` holds it back for a moderator.",
    )
    synapse_rejected: Literal["review", "reject"] = Field(
        default="reject", description="Synapse dialect: the mildest verdict for which a message is rejected, `review` or `reject`."
    )
    akismet_spam: Literal["review", "reject"] = Field(
        default="review", description="Akismet dialect: the mildest verdict that counts as spam, `review` or `reject`."
    )
    akismet_submissions: Literal["abusive", "spam"] = Field(
        default="spam",
        description="Akismet dialect: what a comment that is submitted as spam was: `spam`, which teaches nothing about abuse, or "
        "`abusive` where moderators submit abuse alone.",
    )
    discourse_secrets: SecretList | None = Field(
        default=None,
        description="Discourse dialect: secrets of the webhooks, separated by commas. Every call has to be signed with one of them and "
        "needs no key; without a secret no webhook is taken.",
    )
    discourse_url: WebAddress | None = Field(
        default=None, description="Discourse dialect: address of the forum whose posts are flagged, such as `https://forum.example.org`."
    )
    discourse_api_key: SecretStr | None = Field(default=None, description="Discourse dialect: key of the forum's API.")
    discourse_api_username: str = Field(
        default="system", min_length=1, description="Discourse dialect: user of the forum in whose name posts are flagged."
    )
    discourse_flagged: Literal["review", "reject"] = Field(
        default="review", description="Discourse dialect: the mildest verdict for which a post is flagged, `review` or `reject`."
    )
    discourse_hide: bool = Field(
        default=False, description="Discourse dialect: whether a rejected post is hidden at once, until a moderator has seen it."
    )

    @property
    def dialect_names(self) -> tuple[str, ...]:
        """The dialects that are switched on."""
        return parse_dialects(self.dialects)

    @property
    def dialects_that_flag_foreign(self) -> tuple[str, ...]:
        """The dialects that flag a comment which is for review because of its language alone."""
        return parse_foreign_flagging(self.flag_foreign)

    def failure_answer(self, dialect: str) -> str:
        """Return what a dialect answers when a comment cannot be judged: ``open``, ``closed`` or ``error``."""
        return parse_failure_answers(self.on_failure).get(dialect, "error")
