"""The options of ``tipstaff score``, in groups: how files are read, which rows are scored and by what, and how the run goes."""

import codecs
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from service.batch.row_selection import RowSelection
from service.batch.rows import DumpOptions, Quoting, ReadAs
from service.cli.shared_options import ArtefactOption, CommunityOption, OnForeignOption, PolicyOption, ProfileOption
from service.judging.judge_options import JudgeOptions
from training.tables.expansion import DEFAULT_MAX_EXPANSION

if TYPE_CHECKING:
    from service.settings import Settings

__all__ = ["ColumnOptions", "ModelOptions", "OutcomeOptions", "RunOptions", "SelectionOptions"]

_TABS = {"tab", "\\t"}
"""What stands for a tab on the command line."""
_NO_ENCODINGS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7"}
"""Codecs that turn text into bytes and are no encodings of files."""
_NO_DELIMITERS = '"\r\n\0'

FormatIn = Annotated[
    ReadAs | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help=f"Format of the files, or whose dumps they are: {', '.join(ReadAs)}.  [default: found from the content]",
    ),
]
TextColumn = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Column with the text, or the path to it (content.body).  [default: text, body, comment, …]"),
]
IdColumn = Annotated[str | None, typer.Option(metavar="NAME", help="Column with the id.  [default: id, comment_id, …, else none]")]
AuthorColumn = Annotated[str | None, typer.Option(metavar="NAME", help="Column with the author.  [default: author, username, …]")]
ParentColumn = Annotated[
    str | None, typer.Option(metavar="NAME", help="Column with the id of what is answered.  [default: parent_id, in_reply_to, …]")
]
TimeColumn = Annotated[str | None, typer.Option(metavar="NAME", help="Column with the time.  [default: created_at, date, …]")]
ParentTextColumn = Annotated[
    str | None, typer.Option(metavar="NAME", help="Column with the text of what is answered.  [default: parent_text, parent_body, …]")
]
TitleColumn = Annotated[
    str | None, typer.Option(metavar="NAME", help="Column with the title of what is commented on.  [default: title, …]")
]
PlaceColumn = Annotated[
    str | None, typer.Option(metavar="NAME", help="Column with where it was written.  [default: subreddit, channel, site, …]")
]
Encoding = Annotated[str | None, typer.Option(metavar="NAME", help="Encoding of text files, such as windows-1252.  [default: found]")]
Delimiter = Annotated[str | None, typer.Option(metavar="CHAR", help="Character between the cells of a table, or tab.  [default: found]")]
QuotingOption = Annotated[
    Quoting,
    typer.Option("--quoting", help="How a table uses quotation marks: csv by the rules of CSV, none as characters like any other."),
]
NoHeader = Annotated[
    bool, typer.Option("--no-header", help="Read the first line of a table as a row; columns are then named by numbers from 1.")
]
Table = Annotated[str | None, typer.Option(metavar="NAME", help="Table to read, or sheet, where a file holds several.")]
Lines = Annotated[bool, typer.Option("--lines", help="Read each line of plain text as a comment, not each paragraph.")]
MaxExpansion = Annotated[
    int, typer.Option(min=1, metavar="N", help="Refuse a file that becomes more than N times its size when it is unpacked and read.")
]
Keep = Annotated[list[str] | None, typer.Option(metavar="NAME", help="Column to pass on to the output.  [repeatable]")]
Language = Annotated[bool, typer.Option("--language", help="Tell the language of each row in a column.")]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first row that cannot be judged.")]
Limit = Annotated[int | None, typer.Option(min=1, metavar="N", help="Score the first N rows only.")]
Sample = Annotated[float, typer.Option(min=0.0, max=1.0, metavar="SHARE", help="Score a random share of the rows only.")]
Seed = Annotated[int, typer.Option(help="Seed of the sample.")]
Since = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Score rows of this time (UTC) or later only.")
]
Jobs = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Processes that share the work; with --cluster, workers to wait for.  [default: one a core; 1]"),
]
Cluster = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Dask scheduler that spreads the work (tcp://host:8786), or local:N for N workers here."),
]
MakeIds = Annotated[bool, typer.Option("--make-ids", help="Give rows without an id one that is made from what they hold.")]
AllowEmpty = Annotated[bool, typer.Option("--allow-empty", help="End well although nothing was judged.")]
MaxRejected = Annotated[
    float,
    typer.Option(min=0.0, max=1.0, metavar="SHARE", help="End with exit code 3 if more of the rows than this share cannot be judged."),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Throw away what an earlier run into OUT left.")]
Page = Annotated[bool, typer.Option("--report", help="Write a page with pictures beside the output too.")]


@dataclass(frozen=True)
class ColumnOptions:
    """Options that describe the input: its format and its columns."""

    read_as: FormatIn = None
    text_column: TextColumn = None
    id_column: IdColumn = None
    author_column: AuthorColumn = None
    parent_column: ParentColumn = None
    time_column: TimeColumn = None
    parent_text_column: ParentTextColumn = None
    title_column: TitleColumn = None
    place_column: PlaceColumn = None
    encoding: Encoding = None
    delimiter: Delimiter = None
    quoting: QuotingOption = Quoting.AUTO
    no_header: NoHeader = False
    table: Table = None
    lines: Lines = False
    keep: Keep = None
    max_expansion: MaxExpansion = DEFAULT_MAX_EXPANSION

    def dump_options(self, *, contexts: bool) -> DumpOptions:
        """Return these options in the form that the readers of dumps take.

        Args:
            contexts: whether what comments answer is read.

        Raises:
            BadParameter: the encoding is unknown, or the delimiter is no single character.
        """
        options = vars(self) | {
            "encoding": _parse_encoding(self.encoding),
            "delimiter": _parse_delimiter(self.delimiter),
            "has_header": not self.no_header,
            "keep": tuple(dict.fromkeys(self.keep or ())),
            "contexts": contexts,
        }
        del options["no_header"]
        return DumpOptions(**options)


def _parse_encoding(name: str | None) -> str | None:
    """Return the name that Python has for an encoding of text."""
    if name is None:
        return None
    try:
        codec = codecs.lookup(name)
        "".encode(codec.name)  # refuses codecs that are no encodings of text, such as base64
        is_known = codec.name not in _NO_ENCODINGS
    except (LookupError, ValueError):
        is_known = False
    if not is_known:
        raise typer.BadParameter(f"--encoding: {name!r} is not known; give a name such as utf-8, windows-1252 or utf-16")
    return codec.name


def _parse_delimiter(text: str | None) -> str | None:
    if text is None:
        return None
    char = "\t" if text.lower() in _TABS else text
    if len(char) != 1 or not char.isascii() or char in _NO_DELIMITERS:
        raise typer.BadParameter(f"--delimiter: {text!r} is none; give one character, such as ; or |, or the word tab")
    return char


@dataclass(frozen=True)
class SelectionOptions:
    """Options that select the rows to score."""

    limit: Limit = None
    sample: Sample = 1.0
    seed: Seed = 0
    since: Since = None

    def row_selection(self) -> RowSelection:
        """Return the selection; the time, which has no zone, is taken to be in UTC."""
        return RowSelection(limit=self.limit, sample=self.sample, seed=self.seed, since=self.since and self.since.replace(tzinfo=UTC))


@dataclass(frozen=True)
class ModelOptions:
    """Options that choose the model, and everything else that a verdict depends on."""

    artefact: ArtefactOption = None
    profile: ProfileOption = None
    policy: PolicyOption = None
    community: CommunityOption = None
    on_foreign: OnForeignOption = None
    language: Language = False

    def judge_options(self, settings: "Settings") -> JudgeOptions:
        """Return the options of the judge; the settings provide those that the command line lacks."""
        return JudgeOptions.from_settings(
            settings, policy=self.policy, community=self.community, on_foreign=self.on_foreign, identify=self.language
        )


@dataclass(frozen=True)
class RunOptions:
    """Options of the run itself: what stops it, which processes share the work, and what it writes besides the scores."""

    strict: Strict = False
    jobs: Jobs = None
    cluster: Cluster = None
    make_ids: MakeIds = False
    fresh: Fresh = False
    page: Page = False


@dataclass(frozen=True)
class OutcomeOptions:
    """Options that decide whether a run that came to its end has ended well."""

    allow_empty: AllowEmpty = False
    max_rejected: MaxRejected = 0.5
