"""Texts and files that Atheris makes up: it sees which lines an input reaches, and keeps those that reach new ones as its corpus."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import atheris

from fuzz.campaign import Campaign

__all__ = ["fuzz_markup", "fuzz_readers"]

# Only plain Python is instrumented: compiled kernels are not, and those who compile them could not read the instrumented code.
_MARKUP = (
    *("model.text.character_references", "model.text.html", "model.text.markdown", "model.text.markdown_marks", "html"),
    *("model.text.markdown_paragraphs", "model.text.offsets", "model.text.unicode"),
)
_READERS = ("service.batch.input",)
_LONGEST = 8192  # bytes
_SUFFIXES = (".jsonl", ".json", ".csv", ".xml", ".html", ".txt", ".sql", "", ".tsv")


def fuzz_markup(campaign: Campaign) -> None:
    """Try texts in every format until the budget is spent."""
    with atheris.instrument_imports(include=list(_MARKUP)):
        from fuzz.text import check_markup
        from model.comment import Format

    def check(data: bytes) -> None:
        text = data.decode(errors="replace")
        for text_format in Format:
            check_markup(text, text_format)

    seeds = [path.read_bytes() for path in (Path(__file__).parent / "kept/text").glob("*.txt")]
    marks = [
        b"<b>you</b> &amp;amp; <!-- x --> <img alt='a'> &#112; <pre>",
        b"**you** [a](b) ||s|| `c` ~~d~~\n> q\n1. x\n2. y\n|a|b|\n|-|-|",
    ]
    _run(campaign, check, [*marks, *seeds], suffix=".txt")


def fuzz_readers(campaign: Campaign) -> None:
    """Try files that are text until the budget is spent; the first byte chooses the end of the name."""
    with atheris.instrument_imports(include=list(_READERS)):
        from fuzz.dumps import check_dump
        from service.batch.rows import DumpOptions
        from tests.service.batch.input.platforms.samples import SAMPLES

    folder = campaign.folder / "files"
    folder.mkdir(exist_ok=True)

    def check(data: bytes) -> None:
        path = folder / f"comments{_SUFFIXES[data[0] % len(_SUFFIXES)] if data else ''}"
        path.write_bytes(data[1:])
        check_dump(path, DumpOptions(), shard_size=100)

    seeds = []
    for sample in SAMPLES:
        ends = [at for at, suffix in enumerate(_SUFFIXES) if suffix and sample.name.endswith(suffix)]
        seeds.append(bytes(ends[:1] or [7]) + sample.content)
    _run(campaign, check, seeds, suffix=".bin")


def _run(campaign: Campaign, check: Callable[[bytes], None], seeds: Sequence[bytes], *, suffix: str) -> None:
    """Have Atheris try inputs until the budget is spent; the process ends then."""
    from fuzz.promises import BrokenPromiseError

    corpus = campaign.folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for number, content in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(content)

    def try_input(data: bytes) -> None:
        if not campaign.goes_on():
            sys.stdout.flush()
            os._exit(0)  # libFuzzer knows no other way to stop in the middle
        campaign.begin(data, suffix=suffix)
        try:
            check(data)
        except BrokenPromiseError as broken:
            kind, seen = broken.args
            campaign.report(kind, seen, data, suffix=suffix)
        except Exception as error:
            campaign.report_exception(error, data, suffix=suffix)

    seed = campaign.random.randrange(1, 2**31)
    flags = [
        f"-seed={seed}",
        f"-max_len={_LONGEST}",
        "-timeout=60",
        "-rss_limit_mb=4096",
        "-verbosity=0",
        f"-artifact_prefix={campaign.folder}/",
    ]
    atheris.Setup([sys.argv[0], *flags, str(corpus)], try_input)
    atheris.Fuzz()
