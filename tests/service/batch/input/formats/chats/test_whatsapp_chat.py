"""Chats of WhatsApp are cut into messages, and each line of them belongs to one."""

import io

from hypothesis import given
from hypothesis import strategies as st

from service.batch.input.formats.chats.whatsapp_chat import is_whatsapp_chat, read_whatsapp_chat
from service.batch.input.records import DumpRecord
from service.batch.rows import MAX_ROW_LENGTH, Reason


def read(text: str | bytes) -> list[DumpRecord]:
    """Reads all records of a chat."""
    content = text if isinstance(text, bytes) else text.encode()
    return list(read_whatsapp_chat(io.BufferedReader(io.BytesIO(content))))


LINES = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), min_size=1, max_size=20).map(lambda line: f"x{line}")


@given(
    st.lists(st.tuples(st.sampled_from(["Ann", "Bob B.", "+49 151 23"]), st.lists(LINES, min_size=1, max_size=4)), min_size=1, max_size=8)
)
def test_every_message_comes_back(messages: list[tuple[str, list[str]]]) -> None:
    """Senders, texts of several lines, lines and offsets are those that were written."""
    written = ["31.12.19, 22:05 - " + sender + ": " + "\n".join(lines) + "\n" for sender, lines in messages]
    records = read("".join(written))
    assert [(record.fields["sender"], record.fields["text"]) for record in records] == [
        (sender, "\n".join(lines)) for sender, lines in messages
    ]
    assert [record.line for record in records] == [1 + sum(part.count("\n") for part in written[:number]) for number in range(len(written))]
    assert [record.offset for record in records] == [len("".join(written[:number]).encode()) for number in range(len(written))]


def test_messages_of_whatsapp_itself_have_no_sender() -> None:
    """A line without a name is one of the system, also where a colon stands in the new subject of a group."""
    records = read('31.12.19, 22:05 - Ann changed the subject to "a: b"\n31.12.19, 22:06 - You were added\n31.12.19, 22:07 - Ann: no\n')
    assert [record.fields["sender"] for record in records] == [None, None, "Ann"]


def test_a_chat_that_was_cut_keeps_its_first_lines() -> None:
    """Lines above the first message are a message whose sender and time are not known."""
    records = read("and more\n31.12.19, 22:05 - Ann: hi\n")
    assert [(record.fields["sender"], record.fields["text"], record.fields["time"] is None) for record in records] == [
        ("", "and more", True),
        ("Ann", "hi", False),
    ]


def test_windows_lines_and_byte_order_marks_are_understood() -> None:
    """On iPhones messages, and not the lines in them, end as lines do on Windows; editors put a mark before the first."""
    records = read("\ufeff[31.12.19, 22:05:00] ~\u202fAnn: one\ntwo\r\n\r\n[31.12.19, 22:06:00] Bob:\r\nthree\r\n")
    assert [(record.fields["sender"], record.fields["text"]) for record in records] == [("Ann", "one\ntwo"), ("Bob", "\nthree")]


def test_a_message_without_end_is_refused_and_the_next_is_read() -> None:
    """Lines are not collected beyond the bound of a row."""
    line = b"x" * (MAX_ROW_LENGTH // 2) + b"\n"
    records = read(b"31.12.19, 22:05 - Ann: \n" + 3 * line + b"31.12.19, 22:06 - Bob: hi\n")
    assert [(record.reason, record.fields.get("text")) for record in records] == [(Reason.TOO_LONG, None), (None, "hi")]


def test_only_chats_are_taken_for_chats() -> None:
    """A text is a chat if it begins as one and somebody writes; a bracket or a date alone is not enough."""
    assert is_whatsapp_chat("[2020-01-01, 10:00:00] Ann: hi\n[2020-01-01, 10:01:00] Bob: ho")
    assert is_whatsapp_chat("31.12.19, 22:05 - You created the group\n31.12.19, 22:06 - Ann: hi\n")
    assert not is_whatsapp_chat("[quote=Ann] hi\n[2020-01-01, 10:01:00] Bob: ho")
    assert not is_whatsapp_chat("[2020-01-01 10:00:00] <ann> hi\n[2020-01-01 10:00:01] <bob> ho\n")
    assert not is_whatsapp_chat("Ann: hi\nBob: ho\n")
