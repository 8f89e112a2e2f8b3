"""Everything that can be set about the service, read once from the environment and passed on."""

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import SettingsConfigDict

from model.errors import SettingsError
from model.profile import DEFAULT_RISK, Profile
from service.dialect_settings import DialectSettings
from service.setting_checks import (
    LongestWaits,
    check_body_size,
    check_dialects,
    check_foreign_flagging,
    check_pair,
    check_proxies,
    check_storage,
    check_waits,
    limit_single_body,
    parse_failure_answers,
    parse_waits,
)
from service.setting_errors import PREFIX, describe_errors
from service.setting_types import (
    DEFAULT_PORT,
    ExpandedPath,
    HostList,
    LanguagesPlace,
    LogLevel,
    OriginList,
    Port,
    RateLimitList,
    RegistryPlace,
    RootPath,
    Seconds,
    Share,
    default_data_dir,
    split_commas,
)

if TYPE_CHECKING:
    from model.artefact.manifest import Prior

__all__ = ["Settings", "read_settings"]


class Settings(DialectSettings):
    """The settings of the service. Each is read from the environment variable ``TIPSTAFF_`` plus its name in capitals.

    Use `read_settings` to read them: it explains in one line what is wrong.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True
    )

    data_dir: ExpandedPath = Field(
        default_factory=default_data_dir, description="Folder for everything that the service keeps; created when first needed."
    )
    database_url: SecretStr | None = Field(
        default=None, description="SQLAlchemy URL of the database; the SQLite file `tipstaff.db` in the data folder if not set."
    )
    database_wait: Seconds = Field(
        default=2,
        description="Seconds for which a call waits while another process or transaction holds the database; beyond, it is answered 503.",
    )
    retention_days: int = Field(
        default=365,
        ge=0,
        le=36_500,
        description="Days after its last ruling for which the database keeps the text of a comment; 0 is for ever.",
    )
    artefact: ExpandedPath | None = Field(
        default=None,
        description="Folder of the artefact to serve, whatever the registry says; its champion if not set, or the shipped one while there "
        "is none.",
    )
    registry: RegistryPlace | None = Field(
        default=None,
        description="Folder or URL (such as `s3://bucket/models`) of the registry of versions; `models` in the data folder if not set.",
    )
    trusted_keys: ExpandedPath | None = Field(
        default=None,
        description="File with public keys, in PEM. If set, a version of the registry is served only if one of them has signed it.",
    )
    auto_activate: bool = Field(
        default=False,
        description="Whether `tipstaff retrain` activates its candidate by itself where every rule of the gate says better or no change.",
    )
    profile: Profile | None = Field(
        default=None,
        description="Which readers of the artefact judge: `fast` the n-grams alone, `full` both, `cascade` both where that may change "
        "the label; `cascade` if not set, or `fast` where there is no encoder; files are scored with `fast` if not set.",
    )
    cascade_risk: float = Field(
        default=DEFAULT_RISK,
        ge=0,
        le=1,
        description="What the profile `cascade` may lose: the share of labels that both readers would give otherwise, and by how much a "
        "figure (AUC, recall, macro-F1) may be below that of `full`.",
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="Address to listen on; 0.0.0.0 for every interface.")
    port: Port = Field(default=DEFAULT_PORT, description="Port to listen on; 0 picks a free one.")
    root_path: RootPath = Field(
        default="", description="Path under which a proxy offers the service, if it strips it from addresses, such as `/tipstaff`."
    )
    tls_certificate: ExpandedPath | None = Field(
        default=None, description="File with the certificate to serve HTTPS with, and those between it and its root, in PEM."
    )
    tls_key: ExpandedPath | None = Field(default=None, description="File with the key of the certificate, in PEM, without a password.")
    cors_origins: OriginList = Field(
        default="",
        description="Origins of web pages whose scripts may call, such as `https://forum.example`, separated by commas; `*` is any.",
    )
    allowed_hosts: HostList = Field(
        default="",
        description="Names by which the service may be called, such as `tipstaff.example.org` or `*.example.org`, separated by commas, "
        "besides `localhost` and the address where it listens; `*` is any. If not set: only these while it listens on a loopback "
        "address, otherwise any; a trusted proxy may pass on any.",
    )
    workers: int = Field(default=1, ge=1, le=256, description="Processes that serve; they share the artefact's memory.")
    max_comments: int = Field(default=1000, ge=1, le=100_000, description="Comments in one call.")
    max_comment_bytes: int = Field(default=20_480, ge=1, description="Bytes of one comment's text in UTF-8.")
    max_body_bytes: int = Field(default=4_194_304, ge=1, le=1_073_741_824, description="Bytes of one request's body.")
    max_explained_bytes: int = Field(
        default=8192, ge=1, description="Bytes of text that are explained in one call; a comment counts for 2,048 at most."
    )
    prior_abusive: Share | None = Field(default=None, description="Share of abusive comments on this site; the artefact's if not set.")
    prior_hateful_share: Share | None = Field(
        default=None, description="Share of the abusive comments that are hateful on this site; the artefact's if not set."
    )
    communities: ExpandedPath | None = Field(
        default=None,
        description="TOML file that says what each community wants: thresholds, lists of words and patterns; it may change while the "
        "service runs.",
    )
    languages: LanguagesPlace | None = Field(
        default=None,
        description="Folder with further language packs, or `off` for English alone; `languages` in the data folder if not set. The packs "
        "of `tipstaff-languages`, where that is installed, are used too, but where the folder has one for the same language.",
    )
    on_foreign: Literal["review", "approve", "reject", "judge"] = Field(
        default="review",
        description="What happens to a comment in a language that is not read: `review`, `approve`, `reject`, or `judge` as if it were in "
        "English; a community may say otherwise.",
    )
    language_letters: int = Field(
        default=20, ge=1, le=10_000, description="Letters without which a comment in Latin letters is never called foreign."
    )
    language_certainty: Annotated[float, Field(gt=0.5, lt=1)] = Field(
        default=0.95, description="Certainty with which a comment has to be in another language before that counts."
    )
    open: bool | None = Field(
        default=None,
        description="Whether calls without a key are let in. If not set: only while the service listens on a loopback address, "
        "no proxy is trusted and no key was ever made.",
    )
    metrics_open: bool = Field(
        default=False,
        description="Whether `/metrics` needs no key. If not set: only while the service listens on a loopback address, no proxy is "
        "trusted and no key was ever made.",
    )
    trusted_proxies: str = Field(
        default="",
        description="Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: addresses and networks separated by "
        "commas, or `*` for any.",
    )
    limit_per_key: RateLimitList | None = Field(
        default=None,
        description="Calls that may come with one key, such as `100/second` or `20/second; 5000/hour`; as many as can be answered "
        "if not set.",
    )
    limit_per_address: RateLimitList | None = Field(
        default=None,
        description="Calls that may come from one address, in the same form; an IPv6 address counts with all of its /64 network.",
    )
    limit_storage: SecretStr | None = Field(
        default=None,
        description="The Redis in which processes count calls together, such as `redis://HOST:PORT`; if not set, each counts for itself.",
    )
    # Clients of Perspective and OpenAI send many calls at once, and few of Perspective's ever try again.
    queue_ms: Annotated[int | str, AfterValidator(check_waits)] = Field(
        default="100,perspective=2000,openai=2000",
        description="Milliseconds that a call may wait before it is judged; beyond, it is answered 503. A lone number is for all calls; "
        "behind the name of a dialect it is for the calls in that.",
    )
    max_connections: int = Field(
        default=2000,
        ge=1,
        le=1_000_000,
        description="Connections that one process keeps open; beyond, the one that has waited for its client for longest is closed.",
    )
    max_connections_per_address: int = Field(
        default=1000,
        ge=1,
        le=1_000_000,
        description="Connections that one process keeps open with one address, for IPv6 with its /64 network; those of trusted proxies "
        "are not counted.",
    )
    max_header_bytes: int = Field(
        default=32_768, ge=1024, le=1_048_576, description="Bytes of the headers and trailers of one request together."
    )
    # Longer than the 60 s for which nginx keeps an upstream connection, so that it never reuses one as we close it.
    keep_alive_timeout: Seconds = Field(default=75, description="Seconds that an idle connection stays open.")
    header_timeout: Seconds = Field(
        default=10, description="Seconds that a client may take to begin a connection, and to send the head of a request."
    )
    body_timeout: Seconds = Field(default=30, description="Seconds that a client may take to send one body.")
    judging_timeout: Seconds = Field(default=30, description="Seconds that judging one call may take, waiting included.")
    shutdown_timeout: Seconds = Field(default=10, description="Seconds that calls in progress get when the service stops.")
    log_level: LogLevel = Field(default="info", description="Least severe log line to write.")
    log_format: Literal["text", "json"] = Field(
        default="text", description="How the log is written: `text` for people, `json` for programs, one object a line."
    )
    log_calls: bool = Field(default=False, description="Whether each call gets a line in the log; never the text of a comment.")

    @model_validator(mode="after")
    def _check_agreement(self) -> Self:
        check_body_size(self.max_body_bytes, self.max_comment_bytes)
        check_dialects(self.dialect_names, parse_failure_answers(self.on_failure))
        check_foreign_flagging(self.dialects_that_flag_foreign)
        check_pair(discourse_url=self.discourse_url, discourse_api_key=self.discourse_api_key)
        if self.limit_storage is not None:
            check_storage(self.limit_storage.get_secret_value())
        check_proxies(self.proxies)
        check_pair(tls_certificate=self.tls_certificate, tls_key=self.tls_key)
        check_pair(prior_abusive=self.prior_abusive, prior_hateful_share=self.prior_hateful_share)
        return self

    @property
    def proxies(self) -> tuple[str, ...]:
        """The addresses and networks of trusted proxies; ``*`` is any."""
        return split_commas(self.trusted_proxies)

    @property
    def longest_waits(self) -> LongestWaits:
        """For how long calls may wait before they are judged."""
        return parse_waits(self.queue_ms)

    @property
    def max_single_body_bytes(self) -> int:
        """Bytes of the body of a call about one comment, which may be escaped, come in several forms and have much around it."""
        return limit_single_body(self.max_body_bytes, self.max_comment_bytes)

    @property
    def prior(self) -> "Prior | None":
        """How common abuse is on this site; None if the site does not say."""
        from model.artefact.manifest import Prior

        if self.prior_abusive is None or self.prior_hateful_share is None:
            return None
        return Prior(abusive=self.prior_abusive, hateful=self.prior_hateful_share)


def read_settings(**overrides: object) -> Settings:
    """Read the settings from the environment.

    Args:
        overrides: settings that come before the environment, by name, such as the options of the command. None overrides nothing.

    Raises:
        SettingsError: a setting is wrong; the message is one line and names it.
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as failure:
        raise SettingsError(describe_errors(failure)) from None
