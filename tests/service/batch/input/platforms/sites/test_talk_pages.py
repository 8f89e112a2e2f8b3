"""Talk pages in dumps of MediaWiki become comments, by the signatures at their ends."""

from tests.service.batch.input.dump_reader import DumpReader, cells

_DUMP = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
  <siteinfo><sitename>Wiki</sitename><dbname>w</dbname><namespaces><namespace key="1">Talk</namespace></namespaces></siteinfo>
  <page><title>A thing</title><ns>0</ns><id>5</id><revision><id>50</id><text>An '''article'''.</text></revision></page>
  <page><title>Talk:A thing</title><ns>1</ns><id>6</id>
    <revision><id>60</id><timestamp>2020-01-01T00:00:00Z</timestamp><contributor><username>Ann</username></contributor>
      <text xml:space="preserve">Old. [[User:Ann|Ann]] 00:00, 1 January 2020 (UTC)</text></revision>
    <revision><id>61</id><timestamp>2020-01-02T00:00:00Z</timestamp><contributor><ip>192.0.2.1</ip></contributor>
      <text xml:space="preserve">{{Talk header}}
== A question ==
Is this '''really''' a [[Thing (class)|thing]]?

I doubt it. -- [[User:Ann|Ann]] ([[User talk:Ann|talk]]) 00:00, 1 January 2020 (UTC)
:You idiot, see [https://x.example/a this page]. [[User:Bob]] 00:01, 1 January 2020 (UTC)
::No. {{unsigned|192.0.2.1|00:00, 2 January 2020 (UTC)}}
=== Auf Deutsch ===
Nein! --[[Benutzer:Cid|Cid]] ([[Benutzer Diskussion:Cid|Diskussion]]) 12:05, 3. Jan. 2020 (CET)
Nobody signed this.</text></revision></page>
</mediawiki>
"""


def test_each_comment_on_a_talk_page_is_a_row(read_dump: DumpReader) -> None:
    """Only the newest revision counts; articles are no comments; author and time are those of the signature."""
    read = read_dump(_DUMP.encode(), "pages.xml")
    assert read.description == "comments on talk pages of a wiki (MediaWiki dump)"
    assert [(row.line, *cells(row)[1:4], row.created_at and row.created_at.isoformat()) for row in read.rows] == [
        (1, None, "not-a-comment", None, None),
        (2, "Is this really a thing?\n\nI doubt it.", None, "Ann", "2020-01-01T00:00:00+00:00"),
        (3, "You idiot, see this page.", None, "Bob", "2020-01-01T00:01:00+00:00"),
        (4, "No.", None, "192.0.2.1", None),
        (5, "Nein!", None, "Cid", "2020-01-03T12:05:00+00:00"),
        (6, "Nobody signed this.", None, None, None),
    ]
    assert {row.place for row in read.rows[1:]} == {"Talk:A thing"}
