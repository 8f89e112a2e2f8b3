"""Small dumps in XML and of corpora, as their programs write them, and the rows that they hold."""

from tests.service.batch.input.platforms.sample import FIRST_TIME, SECOND_TIME, Sample

__all__ = ["BLOGGER_EXPORT", "DOCUMENT_SAMPLES"]

_COMMENTS = """\ufeff<?xml version="1.0" encoding="utf-8"?>
<comments>
  <row Id="7" PostId="3" Score="5" Text="Is &lt;b&gt; &quot;odd&quot; &amp; [old](http://x.example)?" CreationDate="2020-01-01T00:00:00.000"
 UserId="34" ContentLicense="CC BY-SA 4.0" />
  <row Id="8" PostId="3" Score="0" Text="no" CreationDate="2020-01-01T00:00:01.000" UserDisplayName="bob" ContentLicense="CC BY-SA 4.0" />
</comments>
""".encode()
_POSTS = """\ufeff<?xml version="1.0" encoding="utf-8"?>
<posts>
  <row Id="3" PostTypeId="1" AcceptedAnswerId="4" CreationDate="2020-01-01T00:00:00.000" Score="5" ViewCount="9"
 Body="&lt;p&gt;Why?&lt;/p&gt;&#xA;" OwnerUserId="34" Title="A question" Tags="&lt;c&gt;" />
  <row Id="4" PostTypeId="2" ParentId="3" CreationDate="2020-01-01T00:00:01.000" Body="&lt;p&gt;No.&lt;/p&gt;" OwnerDisplayName="bob" />
  <row Id="5" PostTypeId="5" CreationDate="2020-01-01T00:00:01.000" Score="0" Body="About a tag" OwnerUserId="-1" />
</posts>
""".encode()
_HISTORY = b"""<?xml version="1.0" encoding="utf-8"?>
<posthistory>
  <row Id="1" PostHistoryTypeId="2" PostId="3" CreationDate="2020-01-01T00:00:00.000" UserId="34" Text="**Why**?" />
  <row Id="2" PostHistoryTypeId="10" PostId="3" CreationDate="2020-01-01T00:00:01.000" UserId="2" Comment="101" Text="{}" />
</posthistory>
"""
BLOGGER_EXPORT = b"""<?xml version='1.0' encoding='UTF-8'?><?xml-stylesheet href="http://www.blogger.com/styles/atom.css" type="text/css"?>
<feed xmlns='http://www.w3.org/2005/Atom' xmlns:gd='http://schemas.google.com/g/2005' xmlns:thr='http://purl.org/syndication/thread/1.0'>
<id>tag:blogger.com,1999:blog-1.archive</id><title type='text'>My blog</title><generator>Blogger</generator>
<entry><id>tag:blogger.com,1999:blog-1.layout</id><published>2020-01-01T00:00:00.000Z</published>
<category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#template'/>
<title type='text'>Template: My blog</title><content type='text'>body {}</content></entry>
<entry><id>tag:blogger.com,1999:blog-1.post-2</id><published>2020-01-01T00:00:00.000Z</published>
<category scheme='http://www.blogger.com/atom/ns#' term='a label'/>
<category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#post'/>
<title type='text'>A post</title><content type='html'>&lt;p&gt;The post itself&lt;/p&gt;</content><author><name>Ann</name></author></entry>
<entry><id>tag:blogger.com,1999:blog-1.post-3</id><published>2020-01-01T00:00:00.000Z</published>
<category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#comment'/>
<title type='text'>So good...</title><content type='html'>So &lt;b&gt;good&lt;/b&gt;</content><author><name>Bob</name></author>
<thr:in-reply-to href='http://x.example/a.html' ref='tag:blogger.com,1999:blog-1.post-2' type='text/html'/>
<gd:extendedProperty name='blogger.itemClass' value='pid-1'/></entry>
<entry><id>tag:blogger.com,1999:blog-1.post-4</id><published>2020-01-01T00:00:01.000Z</published>
<category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#comment'/>
<content type='html'>This comment has been removed by a blog administrator.</content><author><name>Cid</name></author>
<thr:in-reply-to ref='tag:blogger.com,1999:blog-1.post-2'/><gd:extendedProperty name='blogger.itemClass' value='pid-2'/>
<gd:extendedProperty name='blogger.contentRemoved' value='true'/></entry>
</feed>
"""
_BLOGGER_TAKEOUT = b"""<?xml version='1.0' encoding='utf-8'?>
<feed xmlns='http://www.w3.org/2005/Atom' xmlns:blogger='http://schemas.google.com/blogger/2018'><id>tag:blogger.com,1999:blog-1</id>
<title>My blog</title>
<entry><id>tag:blogger.com,1999:blog-1.post-2</id><blogger:type>POST</blogger:type><blogger:status>LIVE</blogger:status>
<author><name>Ann</name><uri/><blogger:type>BLOGGER</blogger:type></author><title>A post</title><content type='html'>text</content>
<published>2020-01-01T00:00:00.000Z</published></entry>
<entry><id>tag:blogger.com,1999:blog-1.post-3</id><blogger:type>COMMENT</blogger:type><blogger:status>LIVE</blogger:status>
<author><name>Bob</name><uri/><blogger:type>BLOGGER</blogger:type></author><title/><content type='html'>So &lt;b&gt;good&lt;/b&gt;</content>
<blogger:created>2020-01-01T00:00:00.000Z</blogger:created><published>2020-01-01T00:00:00.000Z</published>
<blogger:parent>tag:blogger.com,1999:blog-1.post-2</blogger:parent><blogger:inReplyTo/></entry></feed>
"""
_POST_ID = "tag:blogger.com,1999:blog-1.post-"
_ANN_POST = (f"{_POST_ID}2", None, "not-a-comment", "Ann", None, FIRST_TIME)
_BOB_COMMENT = (f"{_POST_ID}3", "So <b>good</b>", None, "Bob", f"{_POST_ID}2", FIRST_TIME)
_TALK = (
    b"rev_id\tcomment\tyear\tlogged_in\tns\tsample\tsplit\n"
    b"2232.0\tThis:NEWLINE_TOKENis ``odd``.TAB_TOKENSee \t2002\tTrue\tarticle\trandom\ttrain\n"
    b"37346.0\tno\t2002\tFalse\tuser\trandom\tdev\n"
)

DOCUMENT_SAMPLES = [
    Sample(
        "Comments.xml",
        _COMMENTS,
        "comments and posts of Stack Exchange (Stack Exchange dump)",
        [("7", 'Is <b> "odd" & [old](http://x.example)?', None, "34", None, FIRST_TIME), ("8", "no", None, "bob", None, SECOND_TIME)],
        "plain",
    ),
    Sample(
        "Posts.xml",
        _POSTS,
        "comments and posts of Stack Exchange (Stack Exchange dump)",
        [
            ("3", "<p>Why?</p>\n", None, "34", None, FIRST_TIME),
            ("4", "<p>No.</p>", None, "bob", "3", SECOND_TIME),
            ("5", None, "not-a-comment", "-1", None, SECOND_TIME),
        ],
        "html",
    ),
    Sample(
        "PostHistory.xml",
        _HISTORY,
        "comments and posts of Stack Exchange (Stack Exchange dump)",
        [("1", "**Why**?", None, "34", None, FIRST_TIME), ("2", None, "not-a-comment", "2", None, SECOND_TIME)],
        "markdown",
    ),
    Sample(
        "blog.atom",
        BLOGGER_EXPORT,
        "a feed of comments (feed)",
        [
            ("tag:blogger.com,1999:blog-1.layout", None, "not-a-comment", None, None, FIRST_TIME),
            _ANN_POST,
            _BOB_COMMENT,
            (f"{_POST_ID}4", None, "removed", "Cid", f"{_POST_ID}2", SECOND_TIME),
        ],
        "html",
    ),
    Sample("feed.atom", _BLOGGER_TAKEOUT, "a feed of comments (feed)", [_ANN_POST, _BOB_COMMENT], "html"),
    Sample(
        "toxicity_annotated_comments.tsv",
        _TALK,
        "comments on talk pages of Wikipedia (CSV)",
        [
            ("2232.0", "This:\nis ``odd``.\tSee", None, None, None, None),
            ("37346.0", "no", None, None, None, None),
        ],
    ),
]
