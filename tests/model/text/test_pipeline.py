"""From a comment to its normalised text: disguises are undone, all else survives, and the way back is sound."""

import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.comment import Comment, Format
from model.normaliser.lexicon import load_lexicon
from model.text.pipeline import MAX_CONTEXT_BYTES, normalise, normalise_comment, prepare, prepare_context, prepare_text, strip_markup

UNTOUCHED = [
    *("142,460", "assassin", "scunthorpe", "3.5 km", "c++", "a.m.", "p.m.", "c#", "5am", "50s", "2nd", "1st", "b2b", "mp3", "3.14"),
    *("user123", "4chan", "covid-19", "dick van dyke", "pen is", "as sure as", "the rapist", "what s hit me", "10,000", "$5.99"),
    *("192.168.0.1", "3/4", "24/7", "12:30", "e.g.", "i.e.", "ph.d", "u.s.", "rock'n'roll", "it's", "don't", "well-known"),
    *("file.txt", "#metoo", "50%", "5 * 3 * 2", "x-ray", "hello", "https", "penistone", "shitake", "kkk", "good", "book"),
]
UNDONE = [
    *(("Sh1t", "shit"), ("f u c k you", "fuck you"), ("f.u.c.k off", "fuck off"), ("F-U-C-K", "fuck"), ("a$$hole", "asshole")),
    *(("b!tch", "bitch"), ("fuuuuuck", "fuck"), ("1diot", "idiot"), ("5hit", "shit"), ("@$$hole", "asshole"), ("f*ck", "fuck")),
    *(("ｆｕｃｋ", "fuck"), ("fu\u200bck", "fuck"), ("fück", "fuck"), ("ѕtuріd", "stupid"), ("𝓲𝓭𝓲𝓸𝓽", "idiot"), ("f\x00uck", "fuck")),
    *(("&#102;uck", "fuck"), ("fu ck", "fuck"), ("5 h i t", "shit"), ("b1tch!", "bitch!"), ("(sh1t)", "(shit)"), ("n00b", "noob")),
]
PLACED = [
    *(("see https://a.b/c?x=1 now", "see http now"), ("www.foo.com", "http"), ("@john hi", "@user hi"), ("u/some_one", "@user")),
    *(("[USER] <url>", "@user http"), ("tom & jerry", "tom and jerry"), ("  a \t\n b ", "a b"), ("don’t", "don't"), ("Hi 😀!", "hi 😀 !")),
]
PROVOKING = st.text("afuckshitnger0134579@$!|+(*.-_/' &\x01\x19#%~,<>[]:😀é\u0301\u200bＡſ\n\ud800", max_size=40) | st.lists(
    st.sampled_from(
        ["http://", "www.", "u/", "@", "[user]", "<url>", "f", "u", "c", "k", " ", ".", "sh1t", "fu", "ck", "&amp;", "&lt;", "aaa"]
    ),
    max_size=12,
).map("".join)
# Whatever is special to a parser, so that chance makes mark-up of it.
FRAGMENTS = st.sampled_from(
    re.findall(
        r"\S+",
        "< > & \" ' = / ! - -- <!-- --> <a <b> </b> <script> </script> <img alt= x= a B 1 [ ] ( ) ` `` ``` * ** _ ~~ || | |-| >! !< \\ "
        "&amp; &amp;lt; &# &lt &#112; ; [b] [/b] [quote=x] [/quote] <http: @ > # 1. ~~~ <pre> </pre> <p> <td> é 😀 \ud800",
    )
    + re.findall("(?s).", " \n\t\r")
    + re.findall("(?s)\n[^\n]+", "\n> \n* \n- a\n# \n```\n|-|-|\n\n")
)
SOURCES = st.lists(FRAGMENTS, max_size=30).map("".join) | st.text()

HOSTILE_MARKUP = [
    *(
        "<",
        "&",
        "<a",
        "</a",
        "<a ",
        '<a b="',
        "<a b='>",
        '<a b=">" ',
        "<!--",
        "<!",
        "<?x",
        "<script>",
        "<title><b>",
        "<pre>",
        "<b>",
        "<td> ",
    ),
    *(
        "&#",
        "&#9",
        "&amp;",
        "&am&#112;;",
        "&a",
        "[",
        "](",
        "[a](",
        '[a](b "',
        "[a](b (",
        "[a](<",
        "[b]",
        "[b=",
        "[/b]",
        "![",
        "*a ",
        "**a b",
        "*_",
    ),
    *(
        "`",
        "` ``",
        "\\",
        ">!a",
        "!<",
        "||a ",
        "|",
        "\n|-|",
        "a|b\n",
        "\n> ",
        "\n* a",
        "# ",
        "# #",
        "``` ",
        "~",
        "<http:",
        "<a@",
        " ",
        "\n",
        "- \n",
    ),
]
# What begins here, again and again, may end far away; then follows, as often, what does not end it.
ENDLESS = [
    *(
        ("<a", ""),
        ("<a", ">"),
        ('<a b="', ">"),
        ('<a b=">" ', '="'),
        ("<!--", ">"),
        ("<script>", ""),
        ("<title><b>", "<title>"),
        ("<idiot", ">"),
    ),
    *(
        ("&#9", ""),
        ("&am&#112;", ";"),
        ("[a](", ""),
        ('[a](b "', "')"),
        ("[a](<", "]("),
        ("[b=", ""),
        ("`` `", "```"),
        ("*a ", " b**"),
        ("``` ", "a b"),
    ),
]

LEXICON = load_lexicon()


def normalised_text(text: str) -> str:
    return normalise_comment(text, Format.PLAIN, LEXICON).data.tobytes().decode()


@pytest.mark.parametrize("text", UNTOUCHED)
def test_ordinary_text_survives(text: str) -> None:
    """Numbers, names, abbreviations and words that merely look like a disguise stay as they are."""
    assert normalise(text).text == text


@pytest.mark.parametrize(("text", "normalised"), UNDONE)
def test_disguises_are_undone(text: str, normalised: str) -> None:
    """A disguise that makes a word is read as that word."""
    assert normalise(text).text == normalised


@pytest.mark.parametrize(("text", "normalised"), PLACED)
def test_addresses_mentions_and_blanks(text: str, normalised: str) -> None:
    """Addresses and mentions become placeholders, blanks one blank, look-alike punctuation ASCII."""
    assert normalise(text).text == normalised


@given(st.lists(PROVOKING | st.text(max_size=60), min_size=1, max_size=8))
@settings(max_examples=400, deadline=None)
def test_normalising_twice_changes_nothing(texts: list[str]) -> None:
    """Normalisation is idempotent."""
    once = [normalised_text(text) for text in texts]

    assert [normalised_text(text) for text in once] == once


@given(PROVOKING | st.text(max_size=60), st.sampled_from(Format))
@settings(max_examples=300, deadline=None)
def test_the_way_back_is_sound(text: str, text_format: Format) -> None:
    """Every byte of the normalised text stands for a range of the original; the ranges never go backwards."""
    normalised = normalise_comment(text, text_format, LEXICON)

    assert len(normalised.begin) == len(normalised.end) == len(normalised.data)
    if normalised.data.size:
        assert normalised.begin.min() >= 0
        assert normalised.end.max() <= len(text)
        assert (normalised.end > normalised.begin).all()
        assert (np.diff(normalised.begin) >= 0).all()
        assert (np.diff(normalised.end) >= 0).all()


@pytest.mark.parametrize("text_format", Format)
def test_a_disguised_word_points_to_its_signs(text_format: Format) -> None:
    """The letters of a word read out of a disguise stand for the disguise."""
    text = "well, f.u.c.k that"
    mapped = normalise(text, text_format)
    at = mapped.text.index("fuck")

    assert text[mapped.begin[at] : mapped.end[at + 3]] == "f.u.c.k"


@pytest.mark.parametrize(
    "text", ["&" * 20_000, "@a " * 7_000, "u/a " * 5_000, "a" * 100_000, "a " * 50_000, "<url>" * 4_000, "f " * 9_000, "\ud800" * 99]
)
def test_endless_texts_are_read(text: str) -> None:
    """Long runs of what grows or repeats are read to the end."""
    assert normalise(text).text.encode() or text[0] == "\ud800"


@pytest.mark.parametrize("text_format", Format)
def test_preparing_is_the_first_half_of_normalising(text_format: Format) -> None:
    """What the kernels are handed normalises to the same text, whatever the mark-up."""
    comment = Comment("1", "<p>Tom &amp; Jérry</p> **b\u200bold**", text_format)
    (prepared,) = prepare([comment])
    assert prepared == prepare_text(comment.text, text_format)
    assert normalise(prepared.decode()).text == normalise(comment.text, text_format).text


@pytest.mark.parametrize(("text_format", "visible"), [(Format.PLAIN, "<b>*a*</b> &"), (Format.MARKDOWN, "a &"), (Format.HTML, "*a* &")])
def test_markup_goes_by_the_format(text_format: Format, visible: str) -> None:
    """Mark-up is taken away as the format says; in plain text, only references are decoded."""
    assert strip_markup("<b>*a*</b> &amp;", text_format).text == visible


@pytest.mark.parametrize("text_format", Format)
def test_text_without_markup_is_one_piece(text_format: Format) -> None:
    """A text without special characters is mapped by a single piece, an empty one by none."""
    assert len(strip_markup("You are fine; isn't that good? (Yes!)", text_format).pieces) == 1
    assert not strip_markup("", text_format).pieces


@pytest.mark.parametrize("text_format", Format)
@given(texts=st.lists(SOURCES, min_size=1, max_size=5))
def test_pieces_lead_back(text_format: Format, texts: list[str]) -> None:
    """Pieces make up the text, never go backwards, lie within the source, and repeat it or stand for something in it."""
    for source in texts:
        mapped = strip_markup(source, text_format)
        assert "".join(piece.text for piece in mapped.pieces) == mapped.text
        at = 0
        for piece in mapped.pieces:
            assert piece.text
            assert at <= piece.begin < piece.end <= len(source)
            at = piece.end
            if len(piece.text) == piece.end - piece.begin and not piece.text.isspace():
                assert piece.text == source[piece.begin : piece.end]


def count_calls(source: str, text_format: Format) -> int:
    count = 0

    def tick(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(tick)
    try:
        strip_markup(source, text_format)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("unit", HOSTILE_MARKUP)
@pytest.mark.parametrize("text_format", Format)
def test_calls_grow_with_the_source(text_format: Format, unit: str) -> None:
    """Four times the hostile source makes at most about four times the calls."""
    assert count_calls(unit * 1600 + ">", text_format) <= 4.4 * count_calls(unit * 400 + ">", text_format) + 100


@pytest.mark.parametrize("text_format", Format)
def test_scans_do_not_run_away(text_format: Format) -> None:
    """What begins and never ends is not searched for each time: a processor needs far less than eight seconds."""
    program = (
        "import resource, sys; from model.text.pipeline import strip_markup\n"
        f"for opening, closing in {ENDLESS!r}:\n"
        "    spent = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])\n"
        "    resource.setrlimit(resource.RLIMIT_CPU, (int(spent) + 8, resource.RLIM_INFINITY))\n"
        "    print(repr((opening, closing)), file=sys.stderr)\n"
        "    times = 400_000 // len(opening + closing)\n"
        f"    strip_markup(opening * times + closing * times, {text_format.value!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("comment", "context"),
    [
        (Comment("", "x"), ""),
        (Comment("", "x", title=" "), ""),
        (Comment("", "x", title="Soup &amp; bread"), "Soup & bread"),
        (Comment("", "x", Format.HTML, title="1 <b>2", parent_text="<p>Good <b>day</b></p>"), "1 <b>2\nGood day"),
        (Comment("", "x", Format.MARKDOWN, parent_text="**Good** day"), "Good day"),
        (Comment("", "x", title="title " * 100, parent_text="What?"), "title " * 13 + "ti\nWhat?"),
        (Comment("", "x", Format.HTML, parent_text="<p>" + "a" * 380 + f"<i x='{'b' * 3000}'>c"), "a" * 380),
    ],
)
def test_what_a_comment_answers_is_made_plain(comment: Comment, context: str) -> None:
    """Title and parent are read as comments are; a long title leaves room for the parent, and half a tag is no text."""
    assert prepare_context(comment).decode() == context


@given(SOURCES, SOURCES, st.sampled_from(Format), st.integers(1, 300))
def test_contexts_are_bounded(title: str, parent: str, written: Format, times: int) -> None:
    """Whatever title and parent are, little is read of them, and it is UTF-8."""
    title, parent = (text.encode(errors="replace").decode() for text in (title, parent))
    context = prepare_context(Comment("", "x", written, title=title, parent_text=parent * times))

    assert len(context) <= MAX_CONTEXT_BYTES
    context.decode()
