"""The mark-up of Slack becomes what people see, however deep it is nested."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.input.platforms.chats.slack_markup import decode_slack_text, read_attachments, read_blocks


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<@U1>, <@U2|bob> and <@U9>", "@Ann, @bob and @U9"),
        ("<#C1|roses> <#C2>", "#roses #C2"),
        ("<!channel> <!subteam^S1|@gardeners> <!subteam^S2>", "@channel @gardeners @subteam"),
        ("<!date^1577836800^{date}|New Year>", "New Year"),
        ("<https://example.org/?a=1&amp;b=2> <https://example.org|here>", "https://example.org/?a=1&b=2 here"),
        ("<mailto:a@example.org|a@example.org> <mailto:b@example.org>", "a@example.org b@example.org"),
        ("1 < 2 > 0", "1 < 2 > 0"),
        ("<> <b>", "<> <b>"),
    ],
)
def test_references_are_what_people_see(text: str, shown: str) -> None:
    """Mentions are names, links their labels or addresses; entities are decoded once, and last."""
    assert decode_slack_text(text, {"U1": "Ann"}) == shown


def test_rich_texts_are_read_in_their_order() -> None:
    """Sections, lists, quotations, mentions and emoji of a rich text keep their order; the items of a list stand on lines of their own."""

    def section(*elements: dict[str, object]) -> dict[str, object]:
        return {"type": "rich_text_section", "elements": list(elements)}

    parts = [
        section({"type": "text", "text": "hi "}, {"type": "user", "user_id": "U1"}, {"type": "emoji", "name": "rose"}),
        {
            "type": "rich_text_list",
            "elements": [section({"type": "text", "text": "one"}), section({"type": "link", "url": "https://x.example"})],
        },
        {
            "type": "rich_text_quote",
            "elements": [{"type": "text", "text": "said", "style": {"bold": True}}, {"type": "broadcast", "range": "here"}],
        },
    ]
    assert (
        read_blocks({"blocks": [{"type": "rich_text", "elements": parts}]}, {"U1": "Ann"})
        == "hi @Ann:rose:\none\nhttps://x.example\nsaid@here"
    )


def test_blocks_of_programs_are_read() -> None:
    """Headers, sections with fields and contexts are text; buttons and pictures are not."""
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Rain"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "a &amp; b"}]},
        {
            "type": "context",
            "elements": [{"type": "image", "image_url": "https://x.example", "alt_text": "cloud"}, {"type": "mrkdwn", "text": "soon"}],
        },
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "OK"}}]},
    ]
    assert read_blocks({"blocks": blocks}, {}) == "Rain\na & b\nsoon"


def test_nesting_ends() -> None:
    """A rich text that is nested without end is read down to a fixed depth, and anything in place of blocks does no harm."""
    element: dict[str, object] = {"type": "text", "text": "deep"}
    for _ in range(500):
        element = {"type": "rich_text_section", "elements": [element]}
    assert read_blocks({"blocks": [{"type": "rich_text", "elements": [element]}]}, {}) == ""
    assert read_blocks({"blocks": [1, None, {"type": ["x"]}, {"type": "section", "text": 5}]}, {}) == ""
    assert read_attachments({"attachments": [None, {"fields": 3, "text": []}]}, {}) == ""


@given(st.text())
def test_every_text_comes_back(text: str) -> None:
    """Whatever people write, Slack escapes its three characters, and they are what is read."""
    assert decode_slack_text(escape(text, quote=False), {}) == text
