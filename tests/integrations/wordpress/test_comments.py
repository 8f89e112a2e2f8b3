"""Our plugin for WordPress, on a real WordPress and with a real service: comments as they come in, and what moderators decide."""

import json
from collections.abc import Callable
from xml.sax.saxutils import escape

import pytest

from service.store.rulings.act import Act
from service.store.stored_types import Role
from tests.integrations.wordpress.blog import Blog
from tests.integrations.wordpress.relay import ForeignAnswer, Relay
from tests.service.http.sample_texts import FINE, GERMAN, HATEFUL, TOXIC

RESULT = "_tipstaff_result"
WAITING = "_tipstaff_waiting"
DOWN = ForeignAnswer(b"<h1>Bad gateway</h1>", 502, {"content-type": "text/html"})


def test_comments_get_the_status_of_their_verdict(blog: Blog) -> None:
    """A friendly comment is published and an insult is not; what was found out is kept with each, and no more."""
    friendly, insult = blog.comment(FINE), blog.comment(TOXIC)

    assert blog.status(friendly) == "1"
    assert blog.status(insult) in {"0", "spam"}
    kept = blog.meta(insult, RESULT)
    assert kept["verdict"] in {"review", "reject"}
    assert kept["label"] == "toxic"
    assert sum(kept["scores"].values()) == pytest.approx(1)
    assert TOXIC not in json.dumps(kept)


@pytest.mark.parametrize("status", ["mark", "hold", "spam", "trash"])
def test_site_chooses_what_becomes_of_a_comment(configured: Callable[..., Blog], status: str) -> None:
    """Comments that are not approved are marked, held, taken for spam or thrown away, as the site says."""
    blog = configured(review=status, reject=status)

    comment = blog.comment(HATEFUL)

    assert blog.status(comment) == {"mark": "1", "hold": "0"}.get(status, status)
    assert blog.meta(comment, RESULT)["label"] == "hateful"


def test_comment_that_wordpress_holds_stays_held(configured: Callable[..., Blog]) -> None:
    """The plugin makes nothing milder: what WordPress holds or throws away stays where it is, however friendly."""
    blog = configured()
    blog.php("update_option( 'comment_moderation', 1 ); update_option( 'disallowed_keys', 'casino' );")
    try:
        held, thrown_away = blog.comment(FINE), blog.comment("Visit my casino, thanks a lot")
    finally:
        blog.php("update_option( 'comment_moderation', '' ); update_option( 'disallowed_keys', '' );")

    assert (blog.status(held), blog.status(thrown_away)) == ("0", "trash")


def test_rest_interface_is_checked(blog: Blog, relay: Relay) -> None:
    """A comment that comes in by WordPress' REST interface is checked, with its quotes and backslashes as they were written."""
    blog.php("if ( ! username_exists( 'reader' ) ) { wp_create_user( 'reader', 'password-of-reader', 'r@blog.example' ); }")
    reader = blog.log_in("reader", "password-of-reader")
    nonce = reader.get("/wp-admin/admin-ajax.php?action=rest-nonce").text

    def post(text: str) -> int:
        answer = reader.post("/wp-json/wp/v2/comments", json={"post": 1, "content": text}, headers={"X-WP-Nonce": nonce})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    friendly, insult = post(r'She said "thanks" and \o/'), post(TOXIC)

    assert (blog.status(friendly), blog.status(insult)) == ("1", "spam")
    assert blog.meta(insult, RESULT)["label"] == "toxic"
    sent = relay.calls[0].message["comments"][0]
    assert sent["text"] == r'She said "thanks" and \o/'
    assert sent["author"].isdigit()


def test_form_sends_what_was_written(blog: Blog, relay: Relay) -> None:
    """A comment by the form is sent as it was written and as HTML, with nothing of the guest who wrote it but the name."""
    blog.comment(r'<b>She</b> said "it\'s \o/" & left')

    (call,) = relay.calls
    assert call.path == "/v1/moderate"
    sent, name = call.message["comments"]
    assert sent == {"id": "0", "text": sent["text"], "format": "html", "title": "Hello world!"}
    assert r'said "it\'s \o/"' in sent["text"]
    assert name == {"id": "name", "text": "A. Reader", "format": "plain"}
    assert "reader@blog.example" not in json.dumps(call.message)


def test_answer_comes_with_what_it_answers(blog: Blog, relay: Relay) -> None:
    """An answer is sent with the text of the comment that it answers and the title of the post."""
    parent = blog.comment("<b>Whom</b> should we throw out & why?")

    blog.comment("All of them.", comment_parent=parent)

    sent = relay.calls[-1].message["comments"][0]
    assert sent["parent_text"] == "Whom should we throw out &amp; why?"
    assert sent["parent"] == str(parent)
    assert sent["title"] == "Hello world!"


def test_xml_rpc_and_pingbacks_are_checked(blog: Blog, relay: Relay) -> None:
    """Comments by XML-RPC are checked too, those of other sites (trackbacks) included."""

    def value(content: str) -> str:
        return f"<param><value>{content}</value></param>"

    blog.php("if ( ! username_exists( 'reader' ) ) { wp_create_user( 'reader', 'password-of-reader', 'r@blog.example' ); }")
    struct = f"<struct><member><name>content</name><value><string>{escape(TOXIC)}</string></value></member></struct>"
    parameters = "".join(map(value, ("<int>1</int>", "reader", "password-of-reader", "<int>1</int>", struct)))
    call = f"<?xml version='1.0'?><methodCall><methodName>wp.newComment</methodName><params>{parameters}</params></methodCall>"

    answer = blog.client().post("/xmlrpc.php", content=call, headers={"Content-Type": "text/xml"})
    assert "<int>" in answer.text, answer.text
    by_xml_rpc = blog.last_comment()
    form = {"title": "On you", "url": "http://elsewhere.example/1", "blog_name": "Elsewhere", "excerpt": TOXIC}
    answer = blog.client().post("/wp-trackback.php/1", data=form)
    assert "<error>0</error>" in answer.text, answer.text
    trackback = blog.last_comment()

    assert len({by_xml_rpc, trackback}) == len(relay.calls) == 2
    assert blog.status(by_xml_rpc) == "spam"
    assert blog.status(trackback) != "1"
    assert blog.meta(trackback, RESULT)["verdict"] != "approve"


def test_moderators_are_exempt_if_the_site_says_so(configured: Callable[..., Blog], relay: Relay) -> None:
    """Nobody asks about the comments of moderators, unless the site wants that."""
    blog = configured()
    comment = blog.comment(TOXIC, blog.admin())
    assert (blog.status(comment), relay.calls) == ("1", [])

    configured(exempt="nobody")
    comment = blog.comment(TOXIC + " Really.", blog.admin())
    assert (blog.status(comment), len(relay.calls)) == ("spam", 1)


def test_foreign_comment_is_for_wordpress_to_decide(configured: Callable[..., Blog]) -> None:
    """A comment in a language that the model has not learned is published as before, unless the site wants to see it."""
    blog = configured()
    published = blog.comment(GERMAN)
    configured(foreign="review")
    held = blog.comment(GERMAN + " Wirklich, das ist es.")

    assert (blog.status(published), blog.status(held)) == ("1", "0")
    assert blog.meta(published, RESULT)["foreign"] is True


def test_long_comment_is_judged_in_parts(blog: Blog, relay: Relay) -> None:
    """Abuse at the end of a very long comment is found, and no part is longer than the service reads."""
    padding = "The weather was nice and the <i>train</i> was on time &amp; not too full. " * 800

    comment = blog.comment(padding[:60_000].rpartition(".")[0] + f". {HATEFUL} {TOXIC}")

    *sent, _ = relay.calls[-1].message["comments"]
    assert len(sent) > 1
    assert max(len(part["text"].encode()) for part in sent) <= 16_000
    assert "<i>" not in "".join(part["text"] for part in sent)
    assert blog.status(comment) != "1"


def test_name_that_is_surely_abusive_is_for_a_moderator(configured: Callable[..., Blog], relay: Relay) -> None:
    """A friendly comment under an abusive name is held, one under a name that only looks bad is not; and a site may not care."""
    blog = configured()
    held, published = blog.comment(FINE, author="Kill all the Jews"), blog.comment(FINE + " Bye.", author="Gaylord Focker")
    assert (blog.status(held), blog.status(published)) == ("0", "1")
    assert blog.meta(held, RESULT)["about"] == "name"

    configured(names="ignore")
    comment = blog.comment(FINE + " Really.", author="Kill all the Jews")
    assert blog.status(comment) == "1"
    assert len(relay.calls[-1].message["comments"]) == 1


def test_edited_comment_is_checked(configured: Callable[..., Blog], relay: Relay) -> None:
    """Where another plugin lets guests edit what they have written, that is checked too; what a moderator edits is not."""
    blog = configured()
    comment = blog.comment(FINE)
    relay.reset()

    edit = "return wp_update_comment( wp_slash( [ 'comment_ID' => $id, 'comment_content' => $text ] ) );"
    blog.php(edit, id=comment, text=FINE)
    assert relay.calls == []
    blog.php(edit, id=comment, text=HATEFUL)
    assert blog.status(comment) == "spam"
    assert blog.meta(comment, RESULT)["label"] == "hateful"

    relay.reset()
    blog.admin().post(f"/wp-json/wp/v2/comments/{comment}", json={"content": TOXIC}, headers={"X-WP-Nonce": blog.nonce()})
    assert relay.calls == []


def test_other_code_that_throws_stops_no_comment(blog: Blog) -> None:
    """If another plugin fails while the service is asked, the comment is stored and waits; the log says where, without the text."""
    throw = "add_filter( 'pre_http_request', function ( $r, $a, $u ) { throw new Exception( $a['body'] ); }, 10, 3 );"
    insert = "return wp_new_comment( [ 'comment_post_ID' => 1, 'comment_author' => 'A', 'comment_author_email' => 'a@blog.example',"
    more = "'comment_author_url' => '', 'comment_content' => $text, 'comment_author_IP' => '127.0.0.1', 'comment_agent' => '' ] );"
    before = len(blog.complaints())

    comment = blog.php(throw + insert + more, text=FINE)

    assert blog.status(comment) == "1"
    assert blog.meta(comment, WAITING) != ""
    (line,) = [line for line in blog.complaints()[before:] if "Tipstaff: " in line]
    assert "Exception in" in line
    assert FINE not in line


def test_key_is_sent_and_nothing_follows_a_redirect(blog: Blog, relay: Relay, key: str, service: str) -> None:
    """The key goes to the address that is set and nowhere else."""
    blog.comment(FINE)
    assert relay.calls[-1].headers["authorization"] == f"Bearer {key}"

    relay.reset()
    relay.instead = ForeignAnswer(status=307, headers={"location": f"{relay.address}/elsewhere"})
    comment = blog.comment("Thanks again, that helped.")

    assert [call.path for call in relay.calls] == ["/v1/moderate"]
    assert blog.meta(comment, WAITING) == {"before": "1", "left": "1"}


BROKEN = {
    "html": ForeignAnswer(b"<html><body>It works!</body></html>", headers={"content-type": "text/html"}),
    "nothing": ForeignAnswer(b""),
    "no object": ForeignAnswer(b"7"),
    "other json": ForeignAnswer(b'{"decisions": "approve"}'),
    "no decision": ForeignAnswer(b'{"decisions": []}'),
    "three decisions": ForeignAnswer(
        json.dumps({"decisions": 3 * [{"verdict": "approve", "label": "fine", "scores": {"fine": 1, "toxic": 0, "hateful": 0}}]}).encode()
    ),
    "scores of text": ForeignAnswer(b'{"decisions": [{"verdict": "approve", "label": "fine", "scores": "fine"}]}'),
    "score above 1": ForeignAnswer(
        b'{"decisions": [{"verdict": "approve", "label": "fine", "scores": {"fine": 2, "toxic": 0, "hateful": 0}}]}'
    ),
    "nested": ForeignAnswer(b"[" * 100_000),
    "huge": ForeignAnswer(b'{"decisions": ["' + b"x" * 5_000_000 + b'"]}'),
    "unavailable": ForeignAnswer(b'{"type": "/docs#not-ready"}', 503, {"content-type": "application/problem+json"}),
    "no key": ForeignAnswer(b'{"type": "/docs#unauthenticated"}', 401, {"content-type": "application/problem+json"}),
    "gateway": DOWN,
}


@pytest.mark.parametrize("name", BROKEN)
def test_service_that_answers_otherwise_stops_no_comment(configured: Callable[..., Blog], relay: Relay, name: str) -> None:
    """Whatever comes back, the comment is stored: held if the site says so, and noted as one that has to be checked."""
    blog = configured(unreachable="hold", timeout=1)
    relay.instead = BROKEN[name]

    comment = blog.comment(FINE)

    assert blog.status(comment) == "0"
    assert blog.meta(comment, WAITING) == {"before": "1", "left": "0"}


@pytest.mark.usefixtures("_impatient")
def test_nobody_waits_for_a_slow_service(configured: Callable[..., Blog], relay: Relay) -> None:
    """A service that does not answer in time keeps no comment from being published, whatever time somebody has set."""
    blog = configured(timeout=1000)
    relay.instead = ForeignAnswer(stalls=True)

    comment = blog.comment(FINE)

    assert blog.status(comment) == "1"
    assert blog.meta(comment, WAITING) != ""
    assert "2.0 seconds" in blog.php("return get_option( 'tipstaff_failure' )['why'];")


def test_text_that_is_no_unicode_is_judged(blog: Blog, relay: Relay) -> None:
    """Bytes that are no UTF-8 hide nothing of the rest, in short comments and in long ones."""
    judge = "return Tipstaff\\Check::judge( [ 'comment_content' => str_repeat( 'All is well. ', $times ) . \"\\xff\\xc3 \" . $text ] );"

    verdicts = [blog.php(judge, times=times, text=TOXIC)["verdict"] for times in (1, 2000)]

    assert verdicts == ["reject", "reject"]


def test_comment_that_the_service_refuses_is_for_a_moderator(blog: Blog, relay: Relay) -> None:
    """A comment that the service will never take is held, even if comments pass while it is down: nobody gets round the check so."""
    relay.instead = ForeignAnswer(b'{"type": "/docs#wrong-fields"}', 422, {"content-type": "application/problem+json"})

    comment = blog.comment(FINE)

    assert blog.status(comment) == "0"
    assert blog.meta(comment, RESULT)["problem"] == "refused"
    assert blog.meta(comment, WAITING) == ""


@pytest.mark.parametrize(("unreachable", "first"), [("publish", "1"), ("hold", "0")])
def test_comments_are_checked_later(configured: Callable[..., Blog], relay: Relay, unreachable: str, first: str) -> None:
    """What came in while the service was down is checked once it answers again; what a person has decided meanwhile stays."""
    blog = configured(unreachable=unreachable)
    relay.instead = DOWN
    friendly, insult, decided = blog.comment(FINE), blog.comment(HATEFUL), blog.comment(TOXIC)
    assert {blog.status(comment) for comment in (friendly, insult, decided)} == {first}
    blog.set_status(decided, "hold" if first == "1" else "approved")

    blog.run_cron("tipstaff_check_again")
    assert blog.meta(insult, WAITING) != "", "nothing was found out yet"
    assert blog.php("return wp_next_scheduled( 'tipstaff_check_again' );")

    relay.instead = None
    blog.run_cron("tipstaff_check_again")

    assert [blog.status(comment) for comment in (friendly, insult)] == ["1", "spam"]
    assert blog.status(decided) == ("0" if first == "1" else "1")
    assert [blog.meta(comment, WAITING) for comment in (friendly, insult, decided)] == ["", "", ""]
    assert blog.meta(insult, RESULT)["label"] == "hateful"


def test_rulings_of_moderators_arrive_once(configured: Callable[..., Blog], relay: Relay, rulings: Callable[[], dict[str, Act]]) -> None:
    """What moderators decide is sent in the background, once, and what they decide otherwise later replaces it."""
    blog = configured(reject="hold")
    texts = {name: f"{TOXIC} This is about {name}." for name in ("approval", "spam", "trash", "release")}
    comments = {name: blog.comment(text) for name, text in texts.items()}
    relay.reset()

    for name, status in {"approval": "approved", "spam": "spam", "trash": "trash", "release": "spam"}.items():
        blog.set_status(comments[name], status)
    assert relay.calls == [], "nobody waits for it"
    blog.run_cron("tipstaff_send_rulings")
    blog.set_status(comments["release"], "unspam")
    for _ in range(2):
        blog.run_cron("tipstaff_send_rulings")

    stored = {text: (ruling.abusive, ruling.hateful) for text, ruling in rulings().items()}
    fine, abusive = (False, False), (True, None)
    assert {name: stored.get(text) for name, text in texts.items()} == {
        "approval": fine,
        "spam": abusive,
        "trash": abusive,
        "release": fine,
    }
    assert len(relay.calls) == 5
    assert {call.path for call in relay.calls} == {"/v1/rulings"}
    sent = [ruling for call in relay.calls for ruling in call.message["rulings"]]
    assert {ruling["comment"] for ruling in sent} == {str(comment) for comment in comments.values()}
    assert (len({ruling["act"] for ruling in sent}), {ruling["moderator"] for ruling in sent}) == (5, {"admin"})
    assert {(ruling.moderator, ruling.role) for ruling in rulings().values() if ruling.text in texts.values()} == {
        ("admin", Role.MODERATOR)
    }


def test_what_is_undone_at_once_is_not_sent(configured: Callable[..., Blog], relay: Relay) -> None:
    """A slip of the hand that is undone before it was sent is no ruling."""
    blog = configured()
    comment = blog.comment(FINE)
    relay.reset()

    blog.set_status(comment, "spam")
    blog.set_status(comment, "unspam")
    blog.run_cron("tipstaff_send_rulings")

    assert (blog.status(comment), relay.calls) == ("1", [])


def test_only_what_persons_decide_is_sent(configured: Callable[..., Blog], relay: Relay) -> None:
    """What the plugin itself or another one does in the background is no ruling."""
    blog = configured(unreachable="hold")
    relay.instead = DOWN
    comment = blog.comment(FINE)
    relay.reset()

    blog.run_cron("tipstaff_check_again")
    blog.php("wp_spam_comment( $id );", id=comment)
    blog.run_cron("tipstaff_send_rulings")

    assert blog.status(comment) == "spam"
    assert [call.path for call in relay.calls] == ["/v1/moderate"]


@pytest.mark.parametrize(
    ("setting", "act", "answer"),
    [
        ({"spam_means": "abuse"}, "spam", {"abusive": True}),
        ({"spam_means": "advertising"}, "spam", {"reason": "advertising"}),
        ({"spam_means": "nothing"}, "spam", None),
        ({"trash_means": "nothing"}, "trash", None),
    ],
)
def test_site_says_what_spam_and_trash_mean(
    configured: Callable[..., Blog], relay: Relay, setting: dict[str, str], act: str, answer: dict[str, object] | None
) -> None:
    """Where moderators put advertising into the spam, that is not taken for abuse; and a site may keep its decisions to itself."""
    blog = configured(**setting)
    comment = blog.comment(FINE)
    relay.reset()

    blog.set_status(comment, act)
    blog.run_cron("tipstaff_send_rulings")

    rulings = [ruling for call in relay.calls for ruling in call.message["rulings"]]
    sent = [{name: ruling[name] for name in ("label", "abusive", "reason") if name in ruling} for ruling in rulings]
    assert sent == ([] if answer is None else [answer])


def test_rulings_wait_until_they_are_taken(configured: Callable[..., Blog], relay: Relay) -> None:
    """What cannot be sent is kept and sent later; what will never be taken is given up, and holds up nothing."""
    blog = configured()
    comments = [blog.comment(f"{FINE} Number {number}.") for number in range(2)]
    for comment in comments:
        blog.set_status(comment, "spam")
    relay.reset()

    relay.instead = DOWN
    blog.run_cron("tipstaff_send_rulings")
    assert len(relay.calls) == 1, "a service that is down is not asked again and again"
    assert all(blog.meta(comment, "_tipstaff_ruling") for comment in comments)
    assert blog.php("return wp_next_scheduled( 'tipstaff_send_rulings' );")

    relay.instead = ForeignAnswer(b'{"type": "/docs#wrong-fields", "status": 422}', 422)
    blog.run_cron("tipstaff_send_rulings")
    assert len(relay.calls) == 3
    assert [blog.meta(comment, "_tipstaff_ruling") for comment in comments] == ["", ""]


def test_nothing_of_a_comment_is_logged(configured: Callable[..., Blog], relay: Relay, key: str) -> None:
    """Neither texts nor the key are in a log or an option, even while nothing works."""
    blog = configured()
    relay.instead = ForeignAnswer(TOXIC.encode(), 500)

    blog.comment(f"{TOXIC} Sincerely.")

    failure = blog.php("return get_option( 'tipstaff_failure' );")
    assert failure["why"]
    assert TOXIC not in json.dumps(failure)
    assert key not in json.dumps(failure)
    assert not [line for line in blog.complaints() if TOXIC in line or key in line]


def test_uninstalled_plugin_leaves_nothing(configured: Callable[..., Blog], relay: Relay) -> None:
    """When the plugin is deleted, its settings and what it has kept with comments go, and the comments stay."""
    blog = configured()
    relay.instead = DOWN
    waits = blog.comment(FINE)
    relay.instead = None
    checked = blog.comment(TOXIC)
    blog.set_status(checked, "approved")

    blog.php("define( 'WP_UNINSTALL_PLUGIN', 'tipstaff/tipstaff.php' ); require WP_PLUGIN_DIR . '/tipstaff/uninstall.php';")

    assert blog.status(waits) == blog.status(checked) == "1"
    left = """
        global $wpdb;
        $kept = $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->commentmeta WHERE meta_key LIKE '%tipstaff%'" );
        $set = $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->options WHERE option_name LIKE '%tipstaff%'" );
        return [ (int) $kept, (int) $set, wp_next_scheduled( 'tipstaff_check_again' ), wp_next_scheduled( 'tipstaff_send_rulings' ) ];
    """
    assert blog.php(left) == [0, 0, False, False]
