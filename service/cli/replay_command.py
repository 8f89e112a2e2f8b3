"""The command ``tipstaff replay``: recorded calls sent to a running service."""

import asyncio
import json
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.errors import InputError
from service.cli.shared_options import expand_option_groups, parse_score_thresholds

if TYPE_CHECKING:
    from service.migration.recorded.replay import ReplayJob
    from service.migration.recorded.replay_figures import ReplayFigures

__all__ = ["replay"]

_EXIT_FAILED, _EXIT_INTERRUPTED = 3, 130
_MAX_SHOWN_LINES = 20
_REFUSED_KEYS = ("401", "403", "200 invalid")
_SECONDS_BETWEEN_LINES = 5.0


@dataclass(frozen=True)
class SendingOptions:
    """Options of how calls are sent."""

    concurrency: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help="Calls that are under way at once.")] = 4
    rate: Annotated[float | None, typer.Option(min=0.01, metavar="N", help="Most calls that begin in a second.")] = None
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Send the first N calls only.")] = None
    retries: Annotated[
        int, typer.Option("--retry", min=0, max=20, metavar="N", help="Send what is answered 429 or 503 up to N times more, when told to.")
    ] = 0
    timeout: Annotated[float, typer.Option(min=0.1, max=3600, metavar="SECONDS", help="How long an answer is waited for.")] = 30.0
    stores: Annotated[bool, typer.Option("--rulings", help="Send calls that leave something behind too: suggestscore, submit-spam, …")] = (
        False
    )


@expand_option_groups
def replay(
    *,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Recorded calls: JSON Lines, JSON, HAR, logs with bodies.")],
    url: Annotated[str, typer.Option(metavar="URL", help="Address of the service, such as http://127.0.0.1:8000.")],
    key: Annotated[
        str | None, typer.Option(metavar="KEY", envvar="TIPSTAFF_KEY", show_envvar=True, help="Key of the service, if it needs one.")
    ] = None,
    sending: SendingOptions,
    threshold: Annotated[
        list[str] | None,
        typer.Option(metavar="ATTRIBUTE=NUMBER", help="Score from which the site acts.  [default: 0.8; repeatable]"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="JSON Lines: what became of each call, without texts.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Send recorded calls to a running service, and compare the answers with those that were recorded.

    Ends with 3 if a call failed, a line could not be read or nothing was sent. Recorded keys and hosts are never used.
    docs/migrate-check.md says what can be read.
    """
    from service.migration.recorded.replay import ReplayJob, check_replay_url
    from service.migration.recorded.replay_figures import ReplayFigures

    for file in files:
        if file.is_dir():
            raise InputError(f"{file}: is a folder; name the files of recorded calls in it")
        if not file.is_file():
            raise InputError(f"{file}: there is no such file; check the path")
    if out is not None and out.resolve() in {file.resolve() for file in files}:
        raise InputError(f"{out}: that file is to be read; name another one with --out")
    check_replay_url(url)
    job = ReplayJob(files=tuple(files), url=url, key=key or None, **vars(sending))
    with ExitStack() as stack:
        lines = None if out is None else stack.enter_context(out.open("w", encoding="utf-8"))
        figures = ReplayFigures(thresholds=parse_score_thresholds(threshold), out=lines)
        was_interrupted = _run(job, figures)
    if as_json:
        print(json.dumps({"interrupted": was_interrupted, **figures.as_json()}, indent=1))
    else:
        _print_figures(figures)
    if was_interrupted:
        print("tipstaff: interrupted; these are the figures of what was sent", file=sys.stderr)
        raise typer.Exit(_EXIT_INTERRUPTED)
    if not figures.is_clean:
        raise typer.Exit(_EXIT_FAILED)


def _run(job: "ReplayJob", figures: "ReplayFigures") -> bool:
    """Send the calls; return whether that was interrupted."""
    from service.migration.recorded.replay import Reply, replay_calls

    last_line = time.monotonic()

    def add(reply: Reply) -> None:
        nonlocal last_line
        figures.add(reply)
        if time.monotonic() - last_line >= _SECONDS_BETWEEN_LINES:
            last_line = time.monotonic()
            print(f"tipstaff: {figures.sent:,} calls sent, {figures.failed:,} failed", file=sys.stderr, flush=True)

    try:
        asyncio.run(replay_calls(job, on_reply=add, on_skipped=figures.skip))
    except KeyboardInterrupt:
        return True
    return False


def _print_figures(figures: "ReplayFigures") -> None:
    print("\n".join(figures.lines()))
    report = figures.as_json()
    notes = [f"{line['file']}, line {line['number']}: {line['reason']}" for line in report["unreadable_lines"]]
    notes += [f"{call['file']}, line {call['number']}: {call['error']}" for call in report["failed_calls"]]
    for note in notes[:_MAX_SHOWN_LINES]:
        print(f"tipstaff: {note}", file=sys.stderr)
    if (more := report["unreadable"] + report["failed"] - len(notes[:_MAX_SHOWN_LINES])) > 0:
        print(f"tipstaff: and {more:,} more; --json lists more of them, --out all", file=sys.stderr)
    if any(call["error"].startswith(_REFUSED_KEYS) for call in report["failed_calls"]):
        print("tipstaff: the service refused calls: if it needs a key, give it one that may score in TIPSTAFF_KEY", file=sys.stderr)
    if not figures.sent:
        print("tipstaff: nothing was sent: no call with a body was found in the files", file=sys.stderr)
