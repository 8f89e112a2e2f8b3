"""The sentences of a comment are scored one by one, at offsets in UTF-16."""

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as hypotheses
from hypothesis import strategies as st

from model.comment import Comment, Format
from service.http.dialects.perspective.spans import split_sentences, utf16_length
from tests.service.http.dialects.perspective.calls import ANALYZE, analyze, summary_score
from tests.service.http.sample_texts import FINE, TOXIC


def spans_of(client: httpx.Client, text: str, written: str = "PLAIN_TEXT") -> list[tuple[str, float]]:
    """The spans of a comment as a client in a language of UTF-16 cuts them, with their scores."""
    body = {"comment": {"text": text, "type": written}, "requestedAttributes": {"TOXICITY": {}}, "spanAnnotations": True}
    spans = client.post(ANALYZE, json=body).json()["attributeScores"]["TOXICITY"]["spanScores"]
    data = text.encode("utf-16-le")
    return [(data[2 * span["begin"] : 2 * span["end"]].decode("utf-16-le"), span["score"]["value"]) for span in spans]


def test_spans_are_sentences(client: httpx.Client) -> None:
    """Each sentence has the score that it has by itself, at offsets in UTF-16, emoji or not."""
    spans = spans_of(client, f"😀 Grüße, Jürgen! {FINE}\n\n  {TOXIC} 👍🏽 ok")

    assert [text for text, _ in spans] == ["😀 Grüße, Jürgen!", FINE, TOXIC, "👍🏽 ok"]
    assert spans[2][1] == summary_score(analyze(client, TOXIC))
    assert spans[1][1] < 0.5


@pytest.mark.parametrize(
    ("sentences", "blank"),
    [
        (["Günaydın, İstanbul!", "🙂 Işıklar söndü mü?", "Evet."], " "),
        (["صباح الخير يا جماعة!", "كيف حالكم اليوم؟", "شكرا جزيلا 🌹"], " "),
        (["सुप्रभात दोस्तों।", "आप कैसे हैं?", "धन्यवाद 🙏🏽"], " "),
        (["今天天气很好。", "你吃饭了吗？", "谢谢你𠮷田！！", "再见😊"], ""),
        (["「もう行くの？」", "はい。", "またね。"], ""),
    ],
)
def test_sentences_end_in_every_script(sentences: list[str], blank: str) -> None:
    """Sentences end with the marks of their script, with blanks after them or without, at offsets in UTF-16."""
    text = blank.join(sentences)
    data = text.encode("utf-16-le")

    parts = split_sentences(Comment("", text))

    assert [part.text for part in parts] == [data[2 * part.begin : 2 * part.end].decode("utf-16-le") for part in parts]
    assert "|".join(part.text for part in parts) == "|".join(sentences)


def test_spans_of_html_stand_in_the_html(client: httpx.Client) -> None:
    """The spans of HTML are those of its text, at the offsets of the text with its tags."""
    written = f"<p>😀 {FINE}</p><p>{TOXIC.replace('pathetic', '<b>pathetic</b>')}</p>"

    spans = spans_of(client, written, "HTML")

    assert [text for text, _ in spans] == [f"😀 {FINE}", TOXIC.replace("pathetic", "<b>pathetic</b>")]
    assert spans[1][1] > 0.8


def test_html_is_read_as_its_text(client: httpx.Client) -> None:
    """Mark-up within words hides nothing where the comment is said to be HTML."""
    masked = "Shut up, you path<i></i>etic id&#105;ot."

    html = analyze(client, TOXIC, comment={"text": masked, "type": "HTML"})

    assert summary_score(html) == pytest.approx(summary_score(analyze(client, TOXIC)), abs=0.05)


def test_the_summary_agrees_with_the_worst_span(client: httpx.Client) -> None:
    """However much friendly talk stands around a vile sentence, the summary is no lower than what the sentence means for its comment."""
    talk = " ".join(f"{FINE} The lamp number {n} stands beside the door." for n in range(5))
    body = {"requestedAttributes": {"TOXICITY": {}, "IDENTITY_ATTACK": {}}, "spanAnnotations": True}
    scores = client.post(ANALYZE, json=body | {"comment": {"text": f"{talk} {TOXIC} {talk}"}}).json()["attributeScores"]

    for attribute in scores.values():
        worst = max(span["score"]["value"] for span in attribute["spanScores"])
        summary = attribute["summaryScore"]["value"]
        assert summary / (1 - summary) >= worst / (1 - worst) / 3.3 * 0.999  # six digits are sent
    assert scores["TOXICITY"]["summaryScore"]["value"] > 0.5
    assert [score for _, score in spans_of(client, FINE)] == [summary_score(analyze(client, FINE))]


@given(st.text(max_size=200), st.booleans())
@hypotheses(max_examples=100)
def test_spans_lie_in_the_text(client: httpx.Client, text: str, html: bool) -> None:
    """Spans come in order, do not overlap, are not empty and lie within the text, whatever it is."""
    body = {
        "comment": {"text": text, "type": "HTML" if html else "PLAIN_TEXT"},
        "requestedAttributes": {"TOXICITY": {}},
        "spanAnnotations": True,
    }

    answer = client.post(ANALYZE, json=body)

    if answer.status_code == 400:
        assert answer.json()["error"]["details"][0]["errorType"] == "COMMENT_EMPTY"
        return
    spans = answer.json()["attributeScores"]["TOXICITY"]["spanScores"]
    edges = [edge for span in spans for edge in (span["begin"], span["end"])]
    assert edges == sorted(edges)
    assert all(span["begin"] < span["end"] and 0 <= span["score"]["value"] <= 1 for span in spans)
    assert not edges or edges[-1] <= len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(st.text())
def test_length_is_that_of_utf16(text: str) -> None:
    """The length of a text in UTF-16 code units is half of its bytes in that encoding."""
    assert utf16_length(text) == len(text.encode("utf-16-le", "surrogatepass")) / 2


@given(st.text(alphabet="ab. !\n😀", max_size=400))
def test_sentences_hold_all_that_is_not_white_space(text: str) -> None:
    """The sentences of a plain text hold all its characters but white space, in order, and there are never more than a hundred."""
    parts = split_sentences(Comment("", text, Format.PLAIN))

    assert "".join("".join(part.text.split()) for part in parts) == "".join(text.split())
    assert len(parts) <= 101


@pytest.mark.parametrize("unit", [".", ".!?", '."', "\u2026'", "\n", ". "])
def test_no_marks_take_long(unit: str) -> None:
    """A million marks, with which no sentence or every sentence ends, are looked at once each; once for each other would take hours."""
    parts = split_sentences(Comment("", unit * (1_000_000 // len(unit)) + "x"))
    assert 1 <= len(parts) <= 101
