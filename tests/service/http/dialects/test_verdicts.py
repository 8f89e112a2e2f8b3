"""A comment that is for review because of its language alone is flagged by no dialect, unless the site says so; any other is, as ever."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

import service.judging.community
from model.comment import Comment, Verdict
from model.moderator import Moderator
from service.http.app import create_app
from service.judging.foreign import OnForeign
from service.judging.judge_options import JudgeOptions
from tests.service.http.dialects.discourse.forum import Forum, forum_settings
from tests.service.http.doors import moderate, passes_akismet, passes_coral, passes_discourse, passes_openai, passes_synapse

Start = Callable[..., AbstractContextManager[httpx.Client]]

DOORS = {
    "akismet": passes_akismet,
    "openai": passes_openai,
    "coral": passes_coral,
    "discourse": passes_discourse,
    "synapse": passes_synapse,
}
INNOCENT = [
    "Vielen Dank für diesen schönen Artikel, ich habe viel gelernt!",
    "La réunion commence à dix heures demain matin.",
    "Hola, muchas gracias por tu ayuda con este problema.",
    "Amanhã vamos à praia com as crianças se o tempo estiver bom.",
    "Jutro jedziemy z dziećmi na plażę, jeśli będzie ładna pogoda.",
    "Завтра мы с детьми поедем на пляж, если будет хорошая погода.",
    "Yarın hava güzel olursa çocuklarla plaja gideceğiz.",
    "おはようございます。素晴らしい記事をありがとうございます。",
    "早上好,非常感谢这篇有趣的文章,我学到了很多。",
    "안녕하세요, 흥미로운 기사를 써 주셔서 정말 감사합니다.",
    "صباح الخير، شكرا جزيلا على هذا المقال المثير للاهتمام.",
    "सुप्रभात, इस रोचक लेख के लिए बहुत बहुत धन्यवाद।",
    "Chào buổi sáng, cảm ơn rất nhiều vì bài viết thú vị này.",
]
GERMAN = INNOCENT[0]
RUDE = [
    "Du bist so ein Idiot, halt einfach die Klappe.",
    "Du bist ein fucking Idiot, halt endlich deine blöde Klappe, du Arschloch.",
    "du er godt nok en idiot, hold nu bare kæft",
    "ale z ciebie idiota, zamknij się wreszcie",
]
LISTED = "Das ist das beste Casino in unserer schönen Stadt, besucht es bald!"
COMMUNITIES = """
default = "forum"

[community.forum]
deny_words = ["casino"]
allow_words = ["schönen artikel"]
allow_patterns = ["^la réunion.*"]

[community."https://blog.example"]
on_foreign = "reject"
"""


@pytest.fixture(scope="module")
def start(
    moderator: Moderator, running: Callable[..., AbstractContextManager[httpx.Client]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Start]:
    """A function that starts a service in which Synapse refuses, and the others flag, whatever is for review."""
    forum = Forum()
    thread = threading.Thread(target=forum.serve_forever)
    thread.start()

    def _start(**more: object) -> AbstractContextManager[httpx.Client]:
        folder = tmp_path_factory.mktemp("site")
        settings = forum_settings(forum, folder, **({"synapse_rejected": "review", "max_comment_bytes": 20_000} | more))
        return running(create_app(settings, load=lambda _: moderator))

    yield _start
    forum.shutdown()
    thread.join()
    forum.server_close()


@pytest.fixture(scope="module")
def abuse(moderator: Moderator) -> str:
    """A foreign comment whose scores alone would have it reviewed; which one, another training may change."""
    rows = JudgeOptions(identify=True).build_judge(moderator).judge([Comment("", text) for text in RUDE]).rows()
    return next(text for text, row in zip(RUDE, rows, strict=True) if row.foreign and row.own_verdict is not Verdict.APPROVE)


def flagged(client: httpx.Client, text: str) -> list[str]:
    """Return the dialects that flag a text."""
    return [name for name, passes in DOORS.items() if not passes(client, text)]


def test_innocent_foreign_comments_are_flagged_by_none(start: Start) -> None:
    """They are for review in our own protocol, and no spam, flag or refusal in the others, whatever their language."""
    with start() as client:
        assert {(decision["verdict"], decision["foreign"]) for decision in moderate(client, INNOCENT)} == {("review", True)}
        assert {text: names for text in INNOCENT if (names := flagged(client, text))} == {}


def test_long_comment_is_flagged_for_its_worst_part(start: Start, abuse: str) -> None:
    """A long comment, which is judged in parts, is not excused by a part that is for review because of its language alone."""
    limit = 100
    innocent = GERMAN + " " * (limit - len(GERMAN.encode()))
    with start(max_comment_bytes=limit) as client:
        passing = [passes_akismet(client, text) for text in (innocent * 3, innocent * 2 + abuse, abuse.ljust(limit) + innocent)]

    assert passing == [True, False, False]


@pytest.mark.parametrize("names", ["akismet", "openai, coral", "discourse,synapse", "all", "none"])
def test_site_chooses_who_flags_foreign_comments(start: Start, names: str) -> None:
    """The dialects that the setting names flag them, and no others."""
    with start(flag_foreign=names) as client:
        assert flagged(client, GERMAN) == [name for name in DOORS if name in names or names == "all"]


@pytest.mark.parametrize("on_foreign", OnForeign)
def test_what_the_site_says_of_foreign_comments_counts(start: Start, abuse: str, on_foreign: OnForeign) -> None:
    """A site that rejects foreign comments has them flagged; one that approves them has not; any other has abuse flagged, as ever."""
    with start(on_foreign=on_foreign) as client:
        flags = flagged(client, GERMAN), flagged(client, abuse)

    everywhere = list(DOORS)
    assert flags == {OnForeign.APPROVE: ([], []), OnForeign.REJECT: (everywhere, everywhere)}.get(on_foreign, ([], everywhere))


def test_lists_and_communities_count(start: Start, tmp_path: Path) -> None:
    """What a list denies is flagged in any language, what it allows is no reason; the community of a blog may reject foreign comments."""
    file = tmp_path / "communities.toml"
    file.write_text(COMMUNITIES, encoding="utf-8")
    texts = LISTED, GERMAN, "La réunion commence à dix heures demain matin."
    with start(communities=file) as client:
        flags = [flagged(client, text) for text in texts]
    with start(communities=file, flag_foreign="all") as client:
        all_flags = [flagged(client, text) for text in texts]

    everywhere = list(DOORS)
    # Akismet's calls come from the blog that has a community of its own.
    assert flags == [everywhere, ["akismet"], ["akismet"]]
    assert all_flags == [everywhere, everywhere, ["akismet"]]


def test_comment_that_must_wait_is_flagged(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a fault in the lists nobody knows whether a comment is denied: it is flagged, foreign or not."""
    file = tmp_path / "communities.toml"
    file.write_text('default = "forum"\n[community.forum]\ndeny_words = ["casino"]\n', encoding="utf-8")

    def fail(*_: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr(service.judging.community.Community, "match_lists", fail)
    monkeypatch.setattr(service.judging.community.Community, "match_text", fail)
    with start(communities=file) as client:
        assert flagged(client, INNOCENT[1]) == list(DOORS)


def test_strict_thresholds_flag_no_more_than_before(start: Start, abuse: str, tmp_path: Path) -> None:
    """Scores of foreign comments are pulled towards what is usual: thresholds below that do not make all of these comments suspicious."""
    file = tmp_path / "communities.toml"
    thresholds = "review_abusive = 0.04\nreview_hateful = 0.04\nreject_abusive = 0.9\nreject_hateful = 0.9\n"
    file.write_text(f'default = "forum"\n[community.forum]\n{thresholds}', encoding="utf-8")
    with start(communities=file) as client:
        assert flagged(client, GERMAN) == []
        assert flagged(client, abuse) == list(DOORS)
