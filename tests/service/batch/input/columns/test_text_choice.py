"""The column of the text is chosen by its name and by what is in it; a doubtful choice is refused, and nothing that is clear."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import DumpError
from service.batch.input.columns.known_names import TEXT_NAMES
from tests.service.batch.input.dump_reader import DumpReader, read_file, texts


def table(header: str, *rows: str) -> bytes:
    """Return a CSV file with a header and rows, each with bars between its cells."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([line.split("|") for line in (header, *rows)])
    return buffer.getvalue().encode()


CLEAR = {
    "ratings": table("review_id|review|review_body", "a1|5|You moron sold me a brick", "a2|1|Works fine", "a3|4|ok"),
    "a count of comments": table("post_id|comments|reaction_text", "7|12|get lost", "8|0|how kind of you", "9|3|no"),
    "titles": table("comment_id|post|comment_content", "1|Our new bakery|go away", "2|Our new bakery|lovely bread", "3|Our new bakery|x"),
    "the same article": table("nr|content|kommentar", "1|A mayor spoke|was für ein Depp", "2|A mayor spoke|stimmt", "3|A mayor spoke|ja"),
    "labels": table("id|comment|bemerkung", *(f"{n}|{'yes' if n % 2 else 'no'}|Das ist Nummer {chr(65 + n)}" for n in range(9))),
    "links": table("tweet|tweet_text", "https://example.org/1|so wrong", "https://example.org/2|so true"),
    "dates": table("message|text_message|who", "2020-01-01|you clown|ann", "2020-01-02|thank you|bob"),
    "codes": table("post|reply_text", "t1_ab12|not again", "t1_cd34|yes please"),
    "German": table("nummer|verfasser|kommentar|datum", "1|Ute|Du Vollpfosten|1.2.2020", "2|Jan|Danke|2.2.2020"),
    "a German compound": table("id|benutzer|Kommentartext", "1|Ute|Du Vollpfosten", "2|Jan|Danke"),
    "French": table("auteur|date|commentaire", "Léa|2020-01-01|quel crétin", "Max|2020-01-02|merci"),
    "Spanish": table("usuario|comentario|me gusta", "Ana|eres un payaso|3", "Luis|gracias|1"),
    "Portuguese": table("autor|comentário", "Ana|seu palhaço", "Rui|obrigado"),
    "Italian": table("utente|commento", "Pia|sei un buffone", "Ugo|grazie"),
    "Polish": table("autor|treść", "Ola|ty głupku", "Jan|dziękuję"),
    "Turkish": table("kullanıcı|yorum", "Can|salak mısın", "Ece|teşekkürler"),
    "Russian": table("автор|комментарий", "Оля|ты дурак", "Ян|спасибо"),
    "Arabic": table("الكاتب|تعليق", "سلمى|أنت أحمق", "علي|شكرا"),
    "Chinese": table("用户|评论内容", "小王|你这个笨蛋", "小李|谢谢你"),
    "Japanese": table("名前|コメント", "太郎|ばかやろう", "花子|ありがとう"),
    "Korean": table("작성자|댓글", "민수|이 바보야", "지영|감사합니다"),
    "camel case": table("userName|commentText", "ann|you clown", "bob|thank you"),
    "names that say nothing": table("c1|c2|c3", "1|ann|What a silly thing to say", "2|bob|I could not agree more"),
    "German without known names": table("spalte1|spalte2|spalte3", "1|Ute|Was bist du nur für ein Depp", "2|Jan|Das hat mir sehr geholfen"),
    "Chinese without known names": table("甲|乙|丙", "1|小王|你这个笨蛋快点滚出去", "2|小李|谢谢你的帮助真的很好"),
    "a category beside": table("klasse|eintrag", "other|Was bist du nur für ein Depp", "other|Das hat mir sehr geholfen"),
    "a title beside": table("titel|eintrag", "Neues aus dem Rat der Stadt|Was bist du nur für ein Depp", "Ein anderes Thema|Danke"),
    "uncleaned": table("UserName|Location|OriginalTweet|Sentiment", "3799|London|what a fool you are|Bad", "3800|Rome|thanks|Good"),
    "an agent beside": table("user_agent|eintrag", "Firefox on some Linux|Was bist du für ein Depp", "Opera on my phone|Danke dir sehr"),
}
"""Tables in which a careful person has no doubt, with the text in the last column unless ``COLUMNS`` says otherwise."""

COLUMNS = {"uncleaned": "OriginalTweet", "dates": "text_message", "German": "kommentar", "Spanish": "comentario"}


@pytest.mark.parametrize("name", CLEAR)
def test_the_text_is_found_by_what_is_in_the_columns(read_dump: DumpReader, name: str) -> None:
    """Numbers, dates, links, titles, names and categories are no comments, whatever their columns are called."""
    content = CLEAR[name]
    records = list(csv.DictReader(io.StringIO(content.decode())))
    column = COLUMNS.get(name, list(records[0])[-1])
    columns, rows, _ = read_dump(content, "x.csv")
    assert columns is not None
    assert columns.text == column
    assert texts(rows) == [record[column] for record in records]


@pytest.mark.parametrize("name", ["ratings", "titles", "German", "Chinese without known names"])
@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_other_formats_choose_alike(tmp_path: Path, name: str, kind: str) -> None:
    """JSON Lines and Parquet with the same columns are read from the same column."""
    records = list(csv.DictReader(io.StringIO(CLEAR[name].decode())))
    path = tmp_path / f"x.{kind}"
    if kind == "jsonl":
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
    else:
        pq.write_table(pa.Table.from_pylist(records), path)
    column = COLUMNS.get(name, list(records[0])[-1])
    assert texts(read_file(path).rows) == [record[column] for record in records]


DOUBTFUL = [
    (
        table("id|pros|cons", "1|It is light, quick|It breaks too often", "2|I like how it looks|The price is too high"),
        ["pros", "cons"],
    ),
    (
        table(
            "id|question|answer",
            "1|Who would buy this?|Nobody in his right mind.",
            "2|Does it work at all?|It does for me, friend.",
        ),
        ["question", "answer"],
    ),
    (table("post|kommentar", "Wer kennt das auch|du Depp", "Was meint ihr dazu|na klar"), ["post", "kommentar"]),
    (
        table(
            "id|question|answer",
            "1|How do I cook it well?|With water, you fool of a cook",
            "2|What time is it now?|I do not know, I am sorry",
        ),
        ["question", "answer"],
    ),
    (table("review|a|b", "5|first of three words|one more of them", "4|second of three words|and one more again"), ["a", "b"]),
]


@pytest.mark.parametrize(("content", "candidates"), DOUBTFUL)
def test_a_doubtful_choice_is_refused_with_the_candidates(read_dump: DumpReader, content: bytes, candidates: list[str]) -> None:
    """The message names the columns that may be meant, and an option that would work."""
    with pytest.raises(DumpError) as error:
        read_dump(content, "x.csv")
    for candidate in candidates:
        assert f"“{candidate}”" in str(error.value)
    assert f"--text-column {candidates[0]}" in str(error.value)
    assert read_dump(content, "x.csv", text_column=candidates[1]).rows


def test_a_column_of_counts_alone_is_refused(read_dump: DumpReader) -> None:
    """A table of numbers holds no comments, unless the caller says that it does."""
    content = table("id|comments", "a|12", "b|0", "c|7")
    with pytest.raises(DumpError, match="--text-column comments"):
        read_dump(content, "x.csv")
    assert texts(read_dump(content, "x.csv", text_column="comments").rows) == ["12", "0", "7"]


@pytest.mark.parametrize(
    "content",
    [
        b"1,what a fool you are\n2,thank you so much\n3,see you there tomorrow\n",
        b"ham\tsee you there tomorrow\nspam\tyou won a lot of money\nham\tthank you so much\n",
        b"what a fool you are\nthank you so much\n",
    ],
)
def test_a_table_without_a_header_is_refused_with_the_way_out(read_dump: DumpReader, content: bytes) -> None:
    """The first comment never becomes a name; the message has the options with which all of them are read."""
    with pytest.raises(DumpError, match="--no-header --text-column") as error:
        read_dump(content, "x.csv")
    assert "fool" not in str(error.value)
    assert "thank you" not in str(error.value)
    number = str(error.value).split("--text-column ")[1].split(";")[0]
    rows = read_dump(content, "x.csv", text_column=number, has_header=False).rows
    assert len(rows) == content.count(b"\n")
    assert "thank you so much" in texts(rows)


def test_columns_of_a_file_with_names_are_never_taken_for_a_row(tmp_path: Path) -> None:
    """Numbers are names of columns in Parquet, as pandas writes them where it was given none."""
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table([[1, 2], ["what a fool you are", "thank you so much"]], names=["0", "1"]), path)
    assert texts(read_file(path).rows) == ["what a fool you are", "thank you so much"]


def test_one_comment_may_be_a_link(read_dump: DumpReader) -> None:
    """A column with a known name is not passed over for what a single row shows; nor are a few numbers among texts a column of numbers."""
    assert texts(read_dump(table("tweet|question", "https://example.org/1|What did you eat today"), "x.csv").rows) == [
        "https://example.org/1"
    ]
    mixed = table("text|question|place", "5|What did you eat|here", "10/10|What did you drink|there", "not you again|Who was it|there")
    assert texts(read_dump(mixed, "x.csv").rows) == ["5", "10/10", "not you again"]


def test_few_short_texts_are_comments_under_a_name_that_only_texts_have(read_dump: DumpReader) -> None:
    """A chat of the same few words is no column of labels."""
    rows = [f"{number}|{('lol', 'first', 'ok')[number % 3]}|What do you think of it, number {chr(65 + number)}" for number in range(20)]
    chosen = read_dump(table("id|comment_text|reply", *rows), "x.csv").columns
    assert chosen is not None
    assert chosen.text == "comment_text"


def test_comments_without_a_header_are_not_named_as_columns(read_dump: DumpReader) -> None:
    """Where texts stand in place of the names, the message says how to read lines, and not how to read what the first comment names."""
    content = b"you are a fool, really\nthanks, you\nso, so\n"
    with pytest.raises(DumpError, match="--lines") as error:
        read_dump(content, "x.csv")
    assert "for example" not in str(error.value)
    assert len(read_dump(content, "x.csv", lines=True).rows) == 3


KNOWN_TABLES: dict[str, dict[str, Any]] = {
    "spam": {"text": "Buy cheap watches", "message": "other", "note": "some words of a moderator"},
    "short texts": {"comment": "no", "title": "A long title of an article that everybody comments on"},
    "emoji alone": {"text": "👍", "description of the video": "A film about cats and about dogs"},
    "one letter": {"body": "k", "article_body": "Many words that a newspaper wrote about it"},
    "numbers alone": {"text": "1234", "n": "5"},
    "the name of a reviewer": {"comment": "...", "reviewer in charge": "Ann the second"},
    "the parent beside": {"comment": "Sure.", "parent_comment": "Would you say that this is any good at all?"},
    "cleaned texts beside": {"text": "You ARE!!", "text_clean": "you are", "tokens": "['you', 'are']"},
    "the explanation beside": {"tweet": "ugh", "rationale": "The annotator saw that the author is annoyed by it"},
}


@pytest.mark.parametrize("name", KNOWN_TABLES)
@pytest.mark.parametrize("count", [1, 2, 30])
def test_a_known_name_is_read_whatever_stands_beside_it(read_dump: DumpReader, name: str, count: int) -> None:
    """Tables whose text has a usual name are read from it, however short or alike the texts are."""
    record = KNOWN_TABLES[name]
    buffer = io.StringIO()
    csv.writer(buffer).writerows([list(record), *([list(record.values())] * count)])
    assert texts(read_dump(buffer.getvalue().encode(), "x.csv").rows) == [next(iter(record.values()))] * count


@settings(max_examples=40)
@given(
    st.sampled_from([name for name in TEXT_NAMES if name not in {"post", "content", "comments", "tweets", "review"}]),
    st.lists(st.sampled_from(["label", "score", "user", "lang", "source", "title", "url", "likes"]), unique=True, max_size=4),
    st.lists(st.lists(st.sampled_from(["you", "are", "so", "kind", "no", "what a day"]), min_size=1).map(" ".join), min_size=1, max_size=9),
    st.sampled_from(["3", "toxic", "en", "A title of some words", "https://example.org/a", ""]),
)
def test_tables_with_a_usual_name_are_never_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, others: list[str], comments: list[str], cell: str
) -> None:
    """Whatever the other columns hold, every comment comes back."""
    path = tmp_path_factory.mktemp("usual") / "x.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[*others, name], *([*([cell] * len(others)), comment] for comment in comments)])
    assert texts(read_file(path).rows) == comments


def test_what_was_chosen_is_said(read_dump: DumpReader) -> None:
    """A choice by content is a remark, so that a person who knows better can say so."""
    path = Path("x.csv")
    assert read_dump(CLEAR["names that say nothing"], path.name).remarks != []
    assert read_dump(table("id|text", "1|hello", "2|you"), path.name).remarks == []
