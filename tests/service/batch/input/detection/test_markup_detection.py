"""Mark-up is told by how it begins, whatever a server has written before it."""

import pytest

from service.batch.input.detection.file_kinds import Container
from service.batch.input.detection.markup_detection import detect_markup_container

_PAGE = "<!DOCTYPE html><html><body>"
_WXR = '<?xml version="1.0"?><rss xmlns:wp="http://wordpress.org/export/1.2/">'


@pytest.mark.parametrize(
    ("start", "container"),
    [
        (_PAGE, Container.PAGE),
        ("<!-- saved from url=(0019)https://x.example/ -->\n<html>", Container.PAGE),
        ('<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x">\n<html>', Container.PAGE),
        (_PAGE + "how to read an <rss > of wordpress.org/export/", Container.PAGE),
        ('<?xml version="1.0"?><log><entry><![CDATA[<html><body>]]>', Container.XML),
        ('<ol class="commentlist">', Container.PAGE),
        (_WXR, Container.WXR),
        ("PHP Warning:  x in /a.php on line 1\n" + _WXR, Container.WXR),
        ("Notice: x in /a.php on line 1\n" + _PAGE, Container.PAGE),
        ("<br />\n<b>Deprecated</b>:  x in <b>/a.php</b><br />\n<?xml version='1.0'?><thread><post/>", Container.XML),
        ('<?xml version="1.0"?><comments>\n<row Id="1"', Container.STACK_EXCHANGE),
        ('<mediawiki xmlns="x">', Container.MEDIAWIKI),
        ('<?xml version="1.0"?><!-- a > b --><!DOCTYPE t SYSTEM "t.dtd"><thread>', Container.XML),
        ("<3 this", None),
        ("Notice: no mark-up at all", None),
        ("a text about <html> and <?xml ", None),
    ],
)
def test_the_kind_of_mark_up_is_told_by_its_beginning(start: str, container: Container | None) -> None:
    """Pages, exports and other XML are told apart; what is no mark-up is none."""
    assert detect_markup_container(start, "dump") is container
