"""The commands ``tipstaff rulings``: take rulings in and write them out, look at them, and forget the comments of old ones."""

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from model.comment import Label
from model.errors import InputError
from service.cli.database.keys_commands import configured_store
from service.cli.shared_options import JsonOption, expand_option_groups
from service.store.stored_types import Role
from service.table_files import TableFormat

if TYPE_CHECKING:
    from service.store.reports.ruling_statistics import RulingStatistics

__all__ = ["app"]

_FILE_WIDTH = 240

app = typer.Typer(
    name="rulings",
    help="Take rulings in, write them out, look at them, and forget what is too old.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("import")
def import_rulings(
    *,
    tables: Annotated[list[Path], typer.Argument(metavar="TABLE…", help="CSV, JSONL or Parquet files, or folders of them.")],
    role: Annotated[
        Role | None, typer.Option(help="Whose word all rows carry.  [default: the column role, else moderator]", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Store the rulings of tables; those that were imported before are not stored twice.

    Columns as in POST /v1/rulings: comment or text, label or reason, and where there are any, act, moderator, role, author, community, why,
    sampling_probability, language, created_at, attribute.NAME. What `rulings export` wrote for another store can be imported too; what this
    store exported itself is refused. Exit code 1 if a row could not be used; the others are stored.
    """
    from service.store.imports.act_table import read_act_table
    from service.store.imports.import_acts import import_acts
    from training.tables.describe_files import hash_file
    from training.tables.table_records import find_tables

    reports = []
    with configured_store() as store:
        own_files = {file.sha256 for file in store.files.list()}
        for path in find_tables(tables):
            if path.is_file() and hash_file(path) in own_files:
                raise InputError(f"{path}: was exported from this store, which has all its acts: nothing was imported")
        opened = [read_act_table(path, role=role, now=store.database.now()) for path in find_tables(tables)]
        for table in opened:
            if table.unread:
                print(f"tipstaff: {table.path}: not read: the columns {', '.join(table.unread)}", file=sys.stderr)
            reports.append(import_acts(store.rulings, table, report_problem=lambda problem: print(f"tipstaff: {problem}", file=sys.stderr)))
    counts = {
        "read": sum(report.read for report in reports),
        "stored": sum(report.stored for report in reports),
        "retries": sum(report.retries for report in reports),
        "bad": sum(len(report.problems) for report in reports),
    }
    if as_json:
        print(json.dumps(counts | {"problems": [str(problem) for report in reports for problem in report.problems]}))
    if unnamed := sum(report.unnamed for report in reports):
        print(f"tipstaff: {unnamed} rows name a moderator, but their role has no persons: stored without the name", file=sys.stderr)
    print(
        f"tipstaff: read {counts['read']} rows: stored {counts['stored']} acts, {counts['retries']} were stored before, "
        f"{counts['bad']} could not be used",
        file=sys.stderr,
    )
    if counts["bad"]:
        raise typer.Exit(1)


@app.command("export")
def export_rulings(
    *,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the table, which is named by its content.")],
    acts: Annotated[bool, typer.Option("--acts", help="Write a log of all acts instead, those that teach nothing too.")] = False,
    table_format: Annotated[TableFormat, typer.Option("--to", help="Format to write.")] = TableFormat.PARQUET,
    as_json: JsonOption = False,
) -> None:
    """Write the ruling in force about each comment as a table that `tipstaff train` and `tipstaff retrain` read, and print its path.

    The table holds the texts of comments, which are private; it is never changed once it is written. The store knows of it, so that
    `tipstaff forget` removes a comment there too: do not make copies.
    """
    from service.store.snapshots.write_snapshot import write_act_log, write_snapshot

    with configured_store() as store:
        snapshot = (write_act_log if acts else write_snapshot)(store, out, table_format=table_format)
    if as_json:
        print(json.dumps({"path": str(snapshot.path), "sha256": snapshot.sha256, "rows": snapshot.rows, "manifest": snapshot.manifest}))
    else:
        print(snapshot.path)
    exclusions = ", ".join(f"{why}: {count}" for why, count in snapshot.manifest["exclusions"].items())
    what = "acts" if acts else "comments with their rulings"
    print(f"tipstaff: exported {snapshot.rows} {what}{f' (left out: {exclusions})' if exclusions else ''}", file=sys.stderr)


@dataclass(frozen=True, kw_only=True)
class _ChosenRulings:
    community: Annotated[str | None, typer.Option(metavar="NAME", help="Only those about comments in this community.")] = None
    comment: Annotated[str | None, typer.Option(metavar="ID", help="Only those about the comment with this id.")] = None
    author: Annotated[str | None, typer.Option(metavar="NAME", help="Only those about comments of this author.")] = None
    moderator: Annotated[str | None, typer.Option(metavar="NAME", help="Only those that this moderator gave or agrees with.")] = None
    role: Annotated[Role | None, typer.Option(help="Only those of this role.")] = None
    label: Annotated[Label | None, typer.Option(help="Only those that teach this label.")] = None
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Only those given on this day (UTC) or later.")] = None
    contested: Annotated[bool, typer.Option("--contested", help="Only those that somebody contests.")] = False
    limit: Annotated[int, typer.Option(min=1, help="How many to list at most.")] = 100


@app.command("list")
@expand_option_groups
def list_rulings(
    *,
    chosen: _ChosenRulings,
    text: Annotated[bool, typer.Option("--text", help="Show the texts of the comments too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the rulings in force whose comments are known, without the texts of these unless asked for."""
    from service.store.reports.ruling_filter import RulingFilter, describe_ruling, filter_rulings

    ruling_filter = RulingFilter(
        community=chosen.community,
        comment=chosen.comment,
        author=chosen.author,
        moderator=chosen.moderator,
        role=chosen.role,
        label=chosen.label,
        since=_read_day(chosen.since),
        contested=chosen.contested,
    )
    with configured_store() as store:
        found = list(islice(filter_rulings(store.rulings, ruling_filter), chosen.limit + 1))
    rows = [describe_ruling(ruling, with_text=text) for ruling in found[: chosen.limit]]
    if as_json:
        print(json.dumps(rows))
    else:
        _print_rows(rows)
    if len(found) > chosen.limit:
        print(f"tipstaff: there are more than {chosen.limit}: choose fewer, or raise --limit", file=sys.stderr)


@app.command()
def stats(*, as_json: JsonOption = False) -> None:
    """Count acts and rulings by role, moderator and label, and say how far moderators agree."""
    from service.store.reports.ruling_statistics import count_rulings

    with configured_store() as store:
        statistics = count_rulings(store.rulings)
    if as_json:
        print(json.dumps(statistics.to_json()))
    else:
        _print_statistics(statistics)


@app.command()
def purge(
    *,
    days: Annotated[
        int | None, typer.Option(min=1, metavar="DAYS", help="Age from which to forget.  [default: TIPSTAFF_RETENTION_DAYS]")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Forget the comments of old acts: text, ids, author and moderator; the answers stay. The service does so by itself each day.

    Snapshots and logs that were exported keep them: `tipstaff forget` removes a comment there too. What exports left behind that were
    killed is deleted.
    """
    from service.settings import read_settings
    from service.store.snapshots.publishing import finish_leftovers

    age = days or read_settings().retention_days
    with configured_store() as store:
        count = store.rulings.forget_comments(days=age) if age else 0
        problems = finish_leftovers(store.files).problems
    if as_json:
        print(json.dumps({"days": age, "forgotten": count, "problems": list(problems)}))
    reason = f"older than {age} days" if age else "none, since they are kept for ever"
    for problem in problems:
        print(f"tipstaff: {problem}", file=sys.stderr)
    print(f"tipstaff: forgot the comments of {count} acts ({reason})", file=sys.stderr)
    if problems:
        raise typer.Exit(1)


def _read_day(day: str | None) -> datetime | None:
    if day is None:
        return None
    try:
        time = datetime.fromisoformat(day)
    except ValueError:
        raise InputError(f"--since {day}: give a day such as 2026-03-01") from None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time


def _print_rows(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    from service.batch.explain_text import draw_unprintable

    columns = ["created_at", "comment", "community", "author", "teaches", "role", "moderator", "reason", "agreeing", "contesting"]
    columns += ["text"] if rows and "text" in rows[0] else []
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        cells = row | {name: len(row[name]) for name in ("agreeing", "contesting")}
        table.add_row(*("" if cells[name] is None else draw_unprintable(str(cells[name])) for name in columns))
    # What goes into a file or another program is as wide as it has to be.
    Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else _FILE_WIDTH).print(table)


def _print_statistics(statistics: "RulingStatistics") -> None:
    from service.batch.explain_text import draw_unprintable

    print(
        f"{statistics.acts} acts ({statistics.forgotten} forgotten), {statistics.rulings} rulings ({statistics.without_text} without text)"
    )
    print(f"{statistics.contested} contested, {statistics.overruled} overruled against a forum's word")
    for name, counts in (("role", statistics.roles), ("label", statistics.labels), ("moderator", statistics.moderators)):
        for value, count in counts.items():
            print(f"{name} {draw_unprintable(value)}: {count}")
    if statistics.percent is not None:
        print(f"agreement: {statistics.percent:.1f} % of all comparisons")
    for pair in statistics.agreements:
        kappa = "undefined" if pair.kappa is None else f"{pair.kappa:.3f}"
        persons = draw_unprintable(f"{pair.one} and {pair.other}")
        print(f"{persons}: {pair.percent:.1f} % of {pair.comments} comments, Cohen's kappa {kappa}")
