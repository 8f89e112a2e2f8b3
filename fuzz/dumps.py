"""Files of comments, damaged and lying, through all readers: each is read to its end or refused in one line, in bounded memory."""

import json
import resource
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from fuzz.campaign import Campaign
from fuzz.dump_files import DumpFile, generate_dump, table_files
from fuzz.promises import BrokenPromiseError, hold
from model.errors import InputError
from model.moderator import Moderator
from service.batch.input.formats.tables.arrow_files import ARROW_FILE, ARROW_STREAM
from service.batch.input.open_dump import open_dump
from service.batch.input.shards import open_shard, plan_shards
from service.batch.job import ScoreJob
from service.batch.rows import DumpOptions, Quoting, ReadAs, Row
from service.batch.score import score_files

__all__ = ["check_dump", "check_origin", "check_refusal", "check_rows", "fuzz_dumps"]

_MOST_ROWS = 50_000
_MOST_GROWTH = 400 * 2**20  # bytes; the inputs have less than one megabyte
_SHARD_SIZES = (1, 100, 1000)
_UNPACKED = (".arrow", ".arrows", ".file", ".stream")  # of Arrow's files that are not compressed
_SCORED_SHARE = 0.03


def _read(path: Path, options: DumpOptions) -> list[Row]:
    with open_dump(str(path), options) as dump:
        return list(islice(dump.rows, _MOST_ROWS))


def _read_in_shards(path: Path, options: DumpOptions, size: int) -> list[Row]:
    rows: list[Row] = []
    for shard in plan_shards(str(path), options, size=size):
        with open_shard(shard, options) as dump:
            rows += islice(dump.rows, _MOST_ROWS)
    return rows


def _read_in_chunks(path: Path, options: DumpOptions) -> list[tuple[object, ...]] | None:
    """Return lines, texts and reasons as columns give them; None where the format has none."""
    with open_dump(str(path), options) as dump:
        if dump.chunks is None:
            return None
        return [cells for chunk in dump.chunks(100, 10_000) for cells in zip(chunk.lines, chunk.texts, chunk.reasons, strict=True)]


def check_rows(rows: Sequence[Row]) -> None:
    """Check what was read.

    Raises:
        BrokenPromiseError: a row is none.
        UnicodeEncodeError: its text, or a name in it, cannot be encoded.
    """
    for row in rows:
        hold((row.text is None) == (row.reason is not None), "a row has a text or a reason", repr(row._replace(extra=None))[:500])
        if row.text is not None:
            row.text.encode()
        for place in (row.place, row.member, row.author, row.parent):
            str(place).encode()
        hold(row.id is None or isinstance(row.id, (int, str)), "an id is an integer or a text", repr(row.id)[:500])


def check_origin(rows: Sequence[Row], content: bytes) -> None:
    """Check that every text of a file that is not compressed stands in it, rather than anywhere else in memory.

    Raises:
        BrokenPromiseError: one does not.
    """
    for row in rows:
        is_unchanged = row.text is not None and "\ufffd" not in row.text
        hold(not is_unchanged or (row.text or "").encode() in content, "a text comes from within the file", repr(row)[:500])


def check_refusal(error: InputError) -> None:
    """Check why a file was refused.

    Raises:
        BrokenPromiseError: it takes more than a line to say.
    """
    line = str(error)
    hold("\n" not in line and 0 < len(line) < 2000, "a file is refused in one line", repr(line)[:2000])


def check_dump(path: Path, options: DumpOptions, *, shard_size: int, moderator: Moderator | None = None) -> None:
    """Read a file in every way.

    Args:
        path: the file.
        options: how it is read.
        shard_size: of the shards that it is read in besides.
        moderator: scores it, if one is given.

    Raises:
        BrokenPromiseError: the ways differ, or the refusal is none.
        Exception: anything but an ``InputError`` is a finding.
    """
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        rows = _read(path, options)
    except InputError as error:
        check_refusal(error)
        return
    check_rows(rows)
    if path.suffix in _UNPACKED and (content := path.read_bytes()).startswith((ARROW_FILE, ARROW_STREAM)):
        check_origin(rows, content)
    hold(_read_in_shards(path, options, shard_size) == rows, "shards give the rows of the whole file")
    cells = _read_in_chunks(path, options)
    hold(cells is None or cells == [(row.line, row.text, row.reason) for row in rows], "columns give the rows")
    if moderator is not None:
        _score(path, options, moderator)
    grown = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    hold(grown < _MOST_GROWTH, "a small file takes little memory", f"{grown >> 20} MiB")


def _score(path: Path, options: DumpOptions, moderator: Moderator) -> None:
    out = path.with_name("scores.jsonl")
    try:
        score_files(ScoreJob([str(path)], out, dump_options=options, jobs=1, fresh=True), moderator)
    except InputError as error:
        check_refusal(error)
        return
    for line in out.read_bytes().splitlines():  # as bytes: texts hold other ends of lines, such as U+2028
        json.loads(line)
    out.unlink()


def _choose_options(campaign: Campaign) -> DumpOptions:
    random = campaign.random
    if random.random() < 0.7:
        return DumpOptions()
    keep = random.choice(((), ("text",), ("id", "author"), ("none",)))
    read_as = random.choice((None, *ReadAs)) if random.random() < 0.5 else None
    return DumpOptions(
        read_as=read_as,
        keep=keep,
        text_column=random.choice((None, None, "text", "body", "2", "data.body", "comments[].text")),
        encoding=random.choice((None, None, None, "cp1252", "utf-16", "utf-8")),
        delimiter=random.choice((None, None, None, ";", "\t")),
        quoting=random.choice(list(Quoting)),
        has_header=random.random() < 0.8,
        table=random.choice((None, None, None, "posts")),
        lines=random.random() < 0.2,
    )


def fuzz_dumps(campaign: Campaign) -> None:
    """Try files until the budget is spent."""
    moderator = Moderator.load()
    tables = table_files()
    with tempfile.TemporaryDirectory(prefix="tipstaff-fuzz-") as name:
        while campaign.goes_on():
            dump = generate_dump(campaign.random, tables)
            campaign.begin(dump.content, suffix=dump.suffix)
            _try(campaign, dump, Path(name), moderator)


def _try(campaign: Campaign, dump: DumpFile, folder: Path, moderator: Moderator) -> None:
    path = folder / f"comments{dump.suffix}"
    path.write_bytes(dump.content)
    scored = campaign.random.random() < _SCORED_SHARE
    options = _choose_options(campaign)
    try:
        check_dump(path, options, shard_size=campaign.random.choice(_SHARD_SIZES), moderator=moderator if scored else None)
    except BrokenPromiseError as broken:
        kind, seen = broken.args
        campaign.report(f"{kind} ({dump.suffix.rpartition('.')[2]})", f"{options}\n{seen}", dump.content, suffix=dump.suffix)
    except Exception as error:
        campaign.report_exception(error, dump.content, suffix=dump.suffix)
    finally:
        path.unlink()
