"""Rows of dumps are judged with what they answer, where the reader makes use of it and the dump knows."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.comment import Comment, Format
from model.moderator import Moderator
from model.profile import Profile
from service.batch.input.formats.json import json_lines_arrow
from service.batch.job import ScoreJob
from service.batch.row_selection import RowSelection
from service.batch.rows import DumpOptions
from service.batch.score import score_files
from tests.model.encoder.context_network import build_context_network

QUESTION, ANSWER = "Should **they** all be thrown out?", "Yes, all of them."
IN_CONTEXT = DumpOptions(contexts=True)


@pytest.fixture(scope="module")
def contextual(write_both: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Moderator:
    """The shipped n-grams with a tiny encoder that reads contexts."""
    folder = write_both(tmp_path_factory.mktemp("context") / "both", **{"network.npy": build_context_network(heads=2)})
    return Moderator.load(folder, profile=Profile.FULL)


def fine_scores(moderator: Moderator, path: Path, **job: Any) -> dict[Any, float | None]:
    """Return the score of fine of each row of a dump, by id."""
    out = path.with_name("out.jsonl")
    score_files(ScoreJob([str(path)], out=out, fresh=True, **job), moderator)
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    return {row["id"]: row["fine"] for row in rows}


def expected(moderator: Moderator, text: str, **context: Any) -> float:
    """Return the score of fine of a text in a context."""
    return round(float(moderator.decide([Comment("", text, **context)]).scores[0, 0]), 6)


@pytest.mark.parametrize("least_arrow_size", [1, 1 << 18], ids=["columns", "rows"])
def test_a_thread_tells_what_is_answered(
    contextual: Moderator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least_arrow_size: int
) -> None:
    """A reply of Reddit's is read with its parent, in the form of its dump; without being asked for, nothing is."""
    monkeypatch.setattr(json_lines_arrow, "_MIN_ARROW_SIZE", least_arrow_size)
    path = tmp_path / "RC.jsonl"
    rows = [
        {"body": QUESTION, "id": "a1", "author": "x", "parent_id": "t3_s", "created_utc": 1, "link_id": "t3_s"},
        {"body": ANSWER, "id": "a2", "author": "y", "parent_id": "t1_a1", "created_utc": 2, "link_id": "t3_s"},
        {"body": ANSWER, "id": "a3", "author": "y", "parent_id": "t1_gone", "created_utc": 3, "link_id": "t3_s"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    alone = expected(contextual, ANSWER, format=Format.MARKDOWN)
    within = expected(contextual, ANSWER, format=Format.MARKDOWN, parent_text=QUESTION)

    assert alone != within
    scores = fine_scores(contextual, path, dump_options=IN_CONTEXT)
    assert (scores["a2"], scores["a3"]) == (within, alone)
    assert fine_scores(contextual, path)["a2"] == alone


def test_rows_that_are_not_scored_are_answered_all_the_same(contextual: Moderator, tmp_path: Path) -> None:
    """Where only a sample of the rows is scored, the others are still known as parents."""
    path = tmp_path / "a.jsonl"
    rows = [{"id": f"q{at}", "text": QUESTION} for at in range(40)] + [
        {"id": f"r{at}", "text": ANSWER, "parent_id": f"q{at}"} for at in range(40)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    scores = fine_scores(contextual, path, dump_options=IN_CONTEXT, selection=RowSelection(sample=0.5))
    replies = {score for name, score in scores.items() if name.startswith("r")}

    assert 20 < len(scores) < 60
    assert replies == {expected(contextual, ANSWER, parent_text=QUESTION)}


@pytest.mark.parametrize(
    ("header", "options"),
    [("text,parent_text,title", {}), ("text,Parent_Body,link_title", {}), ("text,p,t", {"parent_text_column": "p", "title_column": "t"})],
)
def test_columns_say_it_themselves(contextual: Moderator, tmp_path: Path, header: str, options: dict[str, Any]) -> None:
    """A table may have columns with the text of the parent and the title; empty cells and placeholders are nothing."""
    path = tmp_path / "a.csv"
    path.write_text(f'id,{header}\n1,"{ANSWER}","{QUESTION}",Town\n2,"{ANSWER}",,\n3,"{ANSWER}",[deleted],Town\n')
    scores = fine_scores(contextual, path, dump_options=DumpOptions(contexts=True, **options))

    assert scores == {
        "1": expected(contextual, ANSWER, parent_text=QUESTION, title="Town"),
        "2": expected(contextual, ANSWER),
        "3": expected(contextual, ANSWER, title="Town"),
    }


def test_an_export_of_wordpress_tells_the_page(contextual: Moderator, tmp_path: Path) -> None:
    """The title of the post that is commented on belongs to each of its comments."""
    path = tmp_path / "export.xml"
    path.write_text(
        '<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><item><title>Town</title>'
        f"<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_content>{ANSWER}</wp:comment_content></wp:comment></item></channel></rss>"
    )
    assert fine_scores(contextual, path, dump_options=IN_CONTEXT) == {"1": expected(contextual, ANSWER, title="Town", format=Format.HTML)}


def test_an_export_of_disqus_tells_the_thread(contextual: Moderator, tmp_path: Path) -> None:
    """Posts refer to the thread whose title they have, also behind something broken; a thread without a title gives none."""
    post = '<post dsq:id="{}"><message>{}</message><thread dsq:id="{}"/></post>'
    posts = [post.format("1", ANSWER, "7"), "<post &&& </post>", post.format("2", ANSWER, "7"), post.format("3", ANSWER, "8")]
    path = tmp_path / "export.xml"
    path.write_text(
        '<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals"><thread dsq:id="7"><id>x</id><title>Town</title>'
        f'</thread><thread dsq:id="8"><id>y</id></thread>{"".join(posts)}</disqus>'
    )
    scores = fine_scores(contextual, path, dump_options=IN_CONTEXT)
    within = expected(contextual, ANSWER, title="Town", format=Format.HTML)
    assert (scores["1"], scores["2"], scores["3"]) == (within, within, expected(contextual, ANSWER, format=Format.HTML))
