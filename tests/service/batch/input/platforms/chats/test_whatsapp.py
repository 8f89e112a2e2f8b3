"""What a message of WhatsApp holds besides the words of a person is told from them."""

import pytest

from tests.service.batch.input.dump_reader import DumpReader, texts
from tests.service.batch.input.packing import pack_zip


@pytest.mark.parametrize(
    ("message", "text", "reason"),
    [
        ("hello", "hello", None),
        ("<Media omitted>", "", None),
        ("<Multimedia omitido>", "", None),
        ("<Médias omis>", "", None),
        ("<Без медиафайлов>", "", None),
        ("<Media omitted>\na caption", "a caption", None),
        ("IMG-20200101-WA0001.jpg (file attached)\na caption", "a caption", None),
        ("\u200eVID-20200101-WA0002.mp4 (Datei angehängt)", "", None),
        ("<I hate you>", "<I hate you>", None),
        ("You deleted this message", None, "deleted"),
        ("Du hast diese Nachricht gelöscht.", None, "deleted"),
        ("Se eliminó este mensaje", None, "deleted"),
        ("This message was deleted by admin Bob", None, "removed"),
        ("This message was deleted by admin Bob\nnot at all", "This message was deleted by admin Bob\nnot at all", None),
        ("so <This message was edited>", "so", None),
        ("null", "", None),
        ("Missed voice call", None, "not-a-comment"),
    ],
)
def test_messages_of_android(read_dump: DumpReader, message: str, text: str | None, reason: str | None) -> None:
    """Media are empty except for their captions, in many languages; whatever is not known is judged."""
    (row,) = read_dump(f"31/12/2019, 22:05 - Ann: {message}\n".encode(), "WhatsApp Chat with Ann.txt").rows
    assert (row.text, row.reason, row.author, row.place) == (text, reason, "Ann", "Ann")


@pytest.mark.parametrize(
    ("message", "text", "reason"),
    [
        ("\u200eimage omitted", "", None),
        ("\u200eBild weggelassen", "", None),
        ("\u200e<attached: 00000012-PHOTO-2020.jpg>", "", None),
        ("see \u200e<adjunto: 00000012-PHOTO-2020.jpg>", "see", None),
        ("report.pdf • \u200e3 pages \u200edocument omitted", "", None),
        ("no, it was omitted", "no, it was omitted", None),
        ("fixed \u200e<Diese Nachricht wurde bearbeitet.>", "fixed", None),
        ("\u200eThis message was deleted.", None, "deleted"),
        ("\u200eAnn ist jetzt in der Gruppe", None, "not-a-comment"),
        ("\u200ePOLL:\nRoses?\n\u200eOPTION: yes (2 votes)\n\u200eOPTION: no: never (0 votes)\n", "Roses?\nyes\nno: never", None),
        ("hey @\u2068Bob\u2069", "hey @\u2068Bob\u2069", None),
    ],
)
def test_messages_of_iphones(read_dump: DumpReader, message: str, text: str | None, reason: str | None) -> None:
    """A mark that nobody sees tells what WhatsApp itself says, in every language."""
    content = f"[31/12/2019, 22:05:12] Ann: {message}\r\n[31/12/2019, 22:06:12] Bob: ok\r\n".encode()
    row, other = read_dump(content, "_chat.txt").rows
    assert (row.text, row.reason, row.author) == (text, reason, "Ann")
    assert other.text == "ok"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("WhatsApp Chat with Ann & Bob.txt", "Ann & Bob"),
        ("WhatsApp-Chat mit Ännchen.txt", "Ännchen"),
        ("Chat de WhatsApp con Ana.txt", "Ana"),
        ("Conversa do WhatsApp com Rui.txt", "Rui"),
        ("Discussion WhatsApp avec Léa.txt", "Léa"),
        ("Чат WhatsApp с контактом Ира.txt", "Ира"),
        ("chat.txt", None),
    ],
)
def test_a_chat_is_called_as_its_file_says(read_dump: DumpReader, name: str, place: str | None) -> None:
    """The name of the other person or of the group stands in the name of the file only, in the language of the phone."""
    assert [row.place for row in read_dump(b"31/12/2019, 22:05 - Ann: hi\n", name).rows] == [place]


def test_a_chat_in_an_archive_is_called_as_the_archive(read_dump: DumpReader) -> None:
    """Every iPhone puts each chat into an archive under the same name."""
    archive = pack_zip({"_chat.txt": b"[31/12/2019, 22:05:12] Ann: hi\r\n", "00000001-PHOTO.jpg": b"\xff\xd8"})
    rows = read_dump(archive, "WhatsApp Chat - Roses.zip").rows
    assert texts(rows) == ["hi"]
    assert [row.place for row in rows] == ["Roses"]
