"""Small dumps of every platform, format, compression and archive, which the fuzzer of dumps begins with, and what chance makes of them."""

import io
import json
import re
from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import feather

from fuzz.odd_values import mutate_bytes, mutate_integers, mutate_json, odd_text
from tests.service.batch.input.formats.pages.page_samples import PAGE_COMMENTS, read_page_sample
from tests.service.batch.input.packing import COMPRESSORS, pack_tar, pack_zip
from tests.service.batch.input.platforms.samples import SAMPLES
from tests.service.batch.input.spreadsheet_files import Rows, pack_ods, pack_xlsx

__all__ = ["DumpFile", "generate_dump", "table_files"]

_TABLES: Mapping[str, bytes] = {
    "preamble.csv": b"sep=;\nExport of a forum;;\n\nnr;kommentar;wer\n1;you fool, you;ann\n2;thanks;bob\nnr;kommentar;wer\n",
    "quotes.tsv": b'id\ttext\n1\t"well then\n2\tyou fool\n3\tas you say"\n4\t"two\nlines"\n',
    "column.csv": b'comment\nhello, you\n"so", he said\n<b>bold</b> &quot;words&quot;\n',
    "windows.csv": "id;text\n1;schön\n2;fine\n".encode("cp1252"),
    "brackets.txt": b'[quote=Ann]no[/quote] I differ\n\n"so" he said\n',
}
_TREES: Mapping[str, bytes] = {
    "replies.jsonl": b'{"id":0,"text":"a","replies":[{"id":1,"text":"c","replies":{"x":["e"]}}]}\n{"text":null,"x":[{"text":"f"}]}\n' * 3,
    "keys.json": b'{"n":2,"k1":{"text":"a b","to":null},"k2":{"text":["c ",{"text":"d"}],"to":"k1","replies":{"k3":{"text":"e"}}}}',
    "columns.json": b'{"id":{"0":7,"1":8},"text":{"0":"a b","1":"c"}}\n{"columns":["id","text"],"index":[0],"data":[[9,"d e"]]}',
    "nodes.json": b'{"message":"ok","data":{"thread":{"edges":[{"node":{"id":"x","content":{"body":"a b"},"replies":{"edges":[]}}}]}}}',
    "values.json": b'[[1,"a b"],["c d",2],["e"],{"comments":["f g","h"]}]',
    "script.js": b'window.YTD.data.part0 = [{"id":1,"text":"a b"}];\ncallback({"comments":[{"id":2,"text":"c"}]});',
}
_MARKED_UP = {
    "corpus.arff": b"@relation x\n@attribute class {yes,no}\n@attribute text string\n@data\nno,'it\\'s, fine'\n{0 yes, 1 \"you idiot\"}\n",
    "any.xml": b'<?xml version="1.0"?><t><c id="1"><text>a</text><r><c id="2" by="x"><text>b<i>c</i></text></c></r></c></t>',
    "page.mhtml": (
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=B\n\n--B\nContent-Type: text/html\n\n<p class=comment>hi\n--B--\n"
    ),
}
_PLAIN: Mapping[str, bytes] = {
    **{sample.name: sample.content for sample in SAMPLES},
    **{name: read_page_sample(name) for name in PAGE_COMMENTS},
    **_MARKED_UP,
    **_TABLES,
    **_TREES,
}
_ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "cp1252", "koi8-r", "shift_jis", "utf-8-sig")


class DumpFile(NamedTuple):
    """A file of comments: the end of its name, and its bytes."""

    suffix: str
    content: bytes


def table_files() -> dict[str, bytes]:
    """Return tables of comments as Parquet, Feather, Arrow streams and spreadsheets, by the ends of their names."""
    texts = [f"you are an idiot {number}" if number % 3 else None for number in range(40)]
    columns: dict[str, pa.Array] = {"id": pa.array(range(40)), "author": pa.array(["ann", "bob"] * 20).dictionary_encode()}
    files = {}
    for kind in (pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string()), pa.string_view()):
        table = pa.table(columns | {"text": pa.array(texts).cast(kind)})
        for pack in (_parquet, _feather, _stream, _arrow_file):
            try:
                files[f".{str(kind).partition('<')[0]}{pack.__name__.replace('_', '.')}"] = pack(table)
            except (pa.ArrowException, NotImplementedError):
                continue  # not every format holds every type
    sheets: dict[str, Rows] = {
        "A": [["id", "text"], [1, "you are an idiot"], [2, "thanks"]],
        "B": [["word", "meaning"], ["x", "a letter of the alphabet"]],
    }
    files |= {".xlsx": pack_xlsx(sheets), ".ods": pack_ods(sheets)}
    binary = pa.table({"id": pa.array(range(40)), "text": pa.array([text and text.encode() for text in texts], pa.binary())})
    files[".binary.parquet"] = _parquet(binary)
    nested = pa.table({"text": texts, "list": [[1, 2]] * 40, "struct": [{"a": "b"}] * 40, "time": pa.array([0] * 40, pa.timestamp("us"))})
    return files | {".nested.parquet": _parquet(nested), ".nested.arrow": _arrow_file(nested)}


def _parquet(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, row_group_size=15)
    return buffer.getvalue()


def _feather(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    feather.write_feather(table, buffer)
    return buffer.getvalue()


def _stream(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, table.schema) as writer:
        writer.write_table(table, max_chunksize=15)
    return buffer.getvalue()


def _arrow_file(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    with pa.ipc.new_file(buffer, table.schema) as writer:
        writer.write_table(table, max_chunksize=15)
    return buffer.getvalue()


def _mutate_records(random: Random, content: bytes) -> bytes:
    """Change the values of a dump of JSON, or the cells of one that is no JSON."""
    try:
        if content[:1] == b"{" and b"\n{" in content:
            return b"\n".join(json.dumps(mutate_json(random, json.loads(line))).encode() for line in content.splitlines())
        return json.dumps(mutate_json(random, json.loads(content))).encode()
    except ValueError:
        words = re.split(rb"(\W+)", content)
        for _ in range(random.randint(1, 4)):
            words[random.randrange(len(words))] = odd_text(random, longest=3000).encode()
        return b"".join(words)


def _mutate_text(random: Random, content: bytes) -> bytes:
    """Change the content of a dump that is text."""
    change: Callable[[Random, bytes], bytes] = random.choice((_mutate_records, _mutate_records, mutate_bytes, lambda _, same: same))
    content = change(random, content)
    if random.random() < 0.1:
        content = content.decode(errors="replace").encode(random.choice(_ENCODINGS), "replace")
    if random.random() < 0.05:
        content *= random.choice((2, 30))
    return content


def _pack(random: Random, name: str, content: bytes) -> DumpFile:
    """Put a dump into an archive, compress it, or leave it as it is."""
    kind = random.random()
    if kind < 0.6:
        return DumpFile(f".{name}", content)
    if kind < 0.8:
        suffix = random.choice(list(COMPRESSORS))
        return DumpFile(f".{name}.{suffix}", COMPRESSORS[suffix](content))
    other_name = random.choice(
        ("b.csv", "../c.json", "d.zip", "é", name, "users.json", "data/tweets.js", "notes.txt", "x/2020-01-01.json", "e")
    )
    files = {name: content, other_name: content[: random.randint(0, len(content))]}
    if random.random() < 0.1:
        files |= {"users.json": b'[{"id":"U1","name":"ann"}]', "channels.json": b"[]", "inner.zip": pack_zip(files)}
    if kind < 0.9:
        return DumpFile(".zip", pack_zip(files))
    return DumpFile(".tar", pack_tar(files, random.choice(("w", "w:gz", "w:xz"))))


def generate_dump(random: Random, tables: Mapping[str, bytes]) -> DumpFile:
    """Return a dump that chance has made of one of the samples.

    Args:
        random: the source of chance.
        tables: what ``table_files`` returned.
    """
    if random.random() < 0.4:
        suffix = random.choice(list(tables))
        damaged = (mutate_bytes if random.random() < 0.4 else mutate_integers)(random, tables[suffix])
        return DumpFile(suffix, damaged) if random.random() < 0.95 else _pack(random, f"t{suffix}", damaged)
    name = random.choice(list(_PLAIN))
    packed = _pack(random, name, _mutate_text(random, _PLAIN[name]))
    kind = random.random()
    if kind < 0.85:
        return packed
    return packed._replace(content=(mutate_bytes if kind < 0.93 else mutate_integers)(random, packed.content))
