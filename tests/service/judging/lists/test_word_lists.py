"""Lists of words and patterns match the texts that they describe, in linear time."""

import pickle
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.comment import Comment, Format
from model.errors import InputError
from service.judging.lists.matching_text import fold_for_matching, text_to_match
from service.judging.lists.word_lists import WordLists


@pytest.mark.parametrize(
    ("word", "text", "matches"),
    [
        ("casino", "The CASINO is open", True),
        ("casino", "casinos are open", False),
        ("casino", "(casino)", True),
        ("Casino", "ｃａｓｉｎｏ", True),
        ("casino", "cas\u200bino", True),
        ("buy now", "Buy - now!", True),
        ("buy now", "buy it now", False),
        ("straße", "STRASSE", True),
        ("коза", "Коза и козёл", True),
        ("коз", "Коза и козёл", False),
        ("козёл", "КОЗЕЛ", True),
        ("козел", "козёл", True),
        ("μαλάκας", "ΜΑΛΑΚΑΣ", True),
        ("μαλάκας", "μαλακας", True),
        ("ΜΑΛΆΚΑΣ", "ο μαλάκας", True),
        ("ışık", "IŞIK!", True),
        ("IŞIK", "ışık", True),
        ("çirkin", "ÇİRKİN", True),
        ("İĞRENÇ", "iğrenç", True),
        ("SCHEISSE", "so eine Scheiße", True),
        ("scheiße", "SCHEIẞE", True),
        ("blöd", "BLÖD", True),
        ("blöd", "BLO\u0308D", True),
        ("كلب", "يا كَلْب", True),
        ("कुत्ता", "वह कुत्ता है", True),
        ("傻瓜", "你这个傻瓜😡", True),
        ("casino", "the _casino_ is **__open__**", True),
        ("casino", "my_casino", False),
        ("my_casino", "_my_casino_", True),
        ("a b", "a a b", True),
        ("x", "", False),
    ],
)
def test_words_match_as_whole_words(word: str, text: str, matches: bool) -> None:
    """A word matches where it stands alone, no matter its case, its width or invisible characters in it."""
    assert (WordLists([word], []).match(fold_for_matching(text)) == word) == matches


@pytest.mark.parametrize(
    ("entry", "matching", "others"),
    [
        ("a$$", ["you a$$!", "A$$", "a$$."], ["a", "a $$", "a$$hole", "badass a$$et", "ba$$", "a$$$"]),
        ("c++", ["I like C++.", "c++, please", "用c++写"], ["c", "c+", "abc++", "c ++"]),
        ("c+", ["a c+ in maths"], ["c++", "c"]),
        ("18+", ["ONLY 18+!", "我18+内容", "18+입니다", "（18＋）"], ["18", "118+", "18 +", "18+only"]),
        ("@everyone", ["hey @everyone", "请@everyone看"], ["everyone", "bob@everyone.org", "@everyones"]),
        ("#maga", ["#MAGA!", "go #maga"], ["maga", "#magazine", "x#maga"]),
        (":)", ["see you :)", "nice:)", ":))", ":)hello"], [": )", ":", ")"]),
        ("!?", ["what!?"], ["what?!", "!"]),
        ("n-word", ["the n-word", "N\u2011WORD"], ["word", "n", "nword", "n-words"]),
        ("f*ck", ["F*CK you", "**f*ck**"], ["f ck", "fck", "f*cking", "f**ck"]),
        ("don't", ["don\u2019t", "I don't"], ["don t", "dont"]),
        ("example.com", ["http://www.example.com/x", "at example.com."], ["example com", "anexample.com", "example.community"]),
        ("go away!", ["Go  away!!!", "go\naway!"], ["go away", "go, away!"]),
        ("t.me/", ["see t.me/joinchat", "t.me/"], ["t.me", "at.me/x"]),
        (".ru", ["http://spam.ru/x", "a .ru"], ["ru", ".rug"]),
        ("http://", ["at HTTP://x.org"], ["https://x.org"]),
        ("R&B", ["r&b!", "R & B, r&b"], ["r & b", "rb"]),
        ("go \U0001f595", ["go \U0001f595you"], ["go you"]),
        ("<3", ["i <3 u"], ["3", "< 3"]),
        ("\U0001f595", ["go \U0001f595\U0001f3ff", "\U0001f595"], ["\U0001f596"]),
        ("\u043f'\u044f\u0442\u044c", ["\u043f\u02bc\u044f\u0442\u044c"], ["\u044f\u0442\u044c"]),
    ],
)
def test_signs_count(entry: str, matching: list[str], others: list[str]) -> None:
    """An entry with signs matches where it stands as it is written, unless a word goes on with it; spellings of one sign are one."""
    lists = WordLists([entry])

    assert [text for text in matching if lists.match(fold_for_matching(text)) != entry] == []
    assert [text for text in others if lists.match(fold_for_matching(text)) is not None] == []


@pytest.mark.parametrize(
    ("entry", "matching", "others"),
    [
        ("法轮功", ["我爱法轮功。", "法轮功"], ["法轮", "法轮\u3000功", "法。轮功"]),
        ("法轮", ["学法轮的人"], ["有方法。轮到你了", "方法 轮到"]),
        ("バカ", ["このバカ野郎", "バカ！", "ばかとﾊﾞｶ"], ["ハカ", "ばか"]),
        ("T恤", ["买T恤吗", "t恤"], ["恤", "XT恤"]),
        ("买 币", ["买 币", "买，币"], ["买币"]),
        ("buy 币", ["buy币", "Buy 币吧"], ["币 buy"]),
        ("ควย", ["ไอ้ควยเอ้ย"], ["คว"]),
        ("หม", ["หมา"], ["หมู"]),
        ("ລາວ", ["ຄົນລາວ"], ["ລາ"]),
        ("ខ្មែរ", ["ភាសាខ្មែរ"], ["មែរ"]),
        ("ကား", ["ဒီကားက"], ["က"]),
        ("바보", ["이 바보야", "바보", "바보들은", "ㅋㅋ바보ㅋㅋ", "the 바보는"], ["개바보", "바"]),
        ("개", ["개는 짖는다", "저 개", "개들이"], ["개인 정보", "번개"]),
        ("개 같은 놈", ["개 같은 놈아", "개 같은 놈들"], ["개 놈"]),
        ("כלב", ["והכלב רץ", "כלב", "וְהַכֶּלֶב", "שבכלב"], ["מלכלב", "כלבים"]),
        ("לב", ["הלב", "לב"], ["כלב"]),
        ("כלב גדול", ["הכלב הגדול", "כלב גדול"], ["גדול כלב"]),
        ("كلب", ["والكلب", "للكلب", "كـــلب", "كَلْبٌ", "بالكلب"], ["كلاب", "اكلب"]),
        ("أحمق", ["الاحمق", "احمق", "يا أحمق"], ["حمق"]),
        ("हिन्दी", ["यह हिन्दी है"], ["हिन", "हिन्दीमें"]),
        ("Schiff", ["das Schiff"], ["Schifffahrt", "Raumschiff"]),
        ("коза", ["ко\u0301за"], ["козак"]),
    ],
)
def test_words_match_as_their_script_writes_them(entry: str, matching: list[str], others: list[str]) -> None:
    """An entry matches within scripts that put no blanks, before particles of Korean, behind prefixes of Hebrew and Arabic."""
    lists = WordLists([entry])

    assert [text for text in matching if lists.match(fold_for_matching(text)) != entry] == []
    assert [text for text in others if lists.match(fold_for_matching(text)) is not None] == []


def test_a_word_within_another_entry_matches() -> None:
    """An entry matches behind a prefix although another entry has the word with the prefix."""
    lists = WordLists(["הכלב שלי", "כלב", "바보야 가", "바보"])

    assert [lists.match(text) for text in ("הכלב רץ", "הכלב שלי", "바보야 와")] == ["כלב", "הכלב שלי", "바보"]


@pytest.mark.parametrize(
    ("entries", "patterns", "text", "found"),
    [
        (["weed killer", "killer"], [], "Weed - killer, KILLER", ["weed - killer", "killer"]),
        (["法轮", "轮功"], [], "é 法轮功", ["法轮", "轮功"]),
        (["כלב", "18+", ":)"], [], "והַכֶּלב 18+ :)", ["והַכֶּלב", "18+", ":)"]),
        (["a b"], ["é+", "b$", "^x*"], "éé a  b", ["a  b", "éé", "b"]),
    ],
)
def test_entries_are_located(entries: list[str], patterns: list[str], text: str, found: list[str]) -> None:
    """The places of all entries are found, of words that end at one place the longest, of patterns those that are not empty."""
    folded = fold_for_matching(text)
    places = WordLists(entries, patterns).locate(folded)

    assert sorted(folded[begin:end] for begin, end in places) == sorted(map(fold_for_matching, found))


HOSTILE = {
    "one sign": "+" * 20_000,
    "signs and letters": "a+a$" * 5_000,
    "letters without blanks": "我" * 20_000,
    "letters between blanks": "我 " * 10_000,
    "prefixes": "ו" * 20_000,
    "short words of prefixes": "ול " * 7_000,
    "syllables": "가" * 20_000,
    "short words of syllables": "가나다 " * 5_000,
    "stacked letters": "\u1780\u17d2" * 10_000,
    "marks": "a\u0301\u0b3c" * 7_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_grows_with_the_text(name: str) -> None:
    """A text that is five times as long takes about five times as long to match, whatever it consists of."""
    lists = WordLists(["c++", ":$", "我们", "ולך", "가나", "가나다라", "buy now", *("가" * size for size in range(41, 400, 20))])
    long, short = fold_for_matching(HOSTILE[name]), fold_for_matching(HOSTILE[name][: len(HOSTILE[name]) // 5])
    durations: dict[str, list[float]] = {short: [], long: []}
    for _ in range(3):
        for text, seconds in durations.items():
            began = time.thread_time()
            lists.match(text)
            seconds.append(time.thread_time() - began)

    assert min(durations[long]) < 30 * min(durations[short]) + 0.002


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (r"v.{0,2}agra", "Cheap V1@GRA", False),
        (r"v.{0,2}agra", "Cheap V1agra", True),
        (r"https?://\S*\.example\b", "see HTTP://shop.example today", True),
        (r"^first$", "not first", False),
        ("a", "\ud800a", True),
    ],
)
def test_patterns_match_anywhere(pattern: str, text: str, matches: bool) -> None:
    """A pattern matches anywhere in the text, no matter the case."""
    assert (WordLists([], [pattern]).match(fold_for_matching(text)) == pattern) == matches


def test_markup_is_no_text() -> None:
    """Entries are matched against the text of a comment without its mark-up."""
    rules = WordLists(["casino"], [])

    assert rules.match(text_to_match(Comment("1", "<b>cas</b>ino", format=Format.HTML))) == "casino"
    assert rules.match(text_to_match(Comment("1", '<i class="casino">x</i>', format=Format.HTML))) is None


@pytest.mark.parametrize(
    ("words", "patterns", "reason"),
    [
        (["fine", " "], [], r"words\[1\] is blank"),
        (["\u0640\u0301"], [], r"words\[0\] is blank"),
        (["x" * 501], [], r"words\[0\]"),
        ([], ["fine", "("], r"patterns\[1\].*missing \)"),
        ([], [r"(a)\1"], r"patterns\[0\]"),
        ([], ["a" * 501], r"patterns\[0\]"),
        ([], ["a"] * 1001, "more than 1000 entries"),
        (["a"] * 50_001, [], "more than 50000 entries"),
    ],
)
def test_wrong_rules_are_named(words: list[str], patterns: list[str], reason: str) -> None:
    """An entry that can never match, or is no regular expression, is refused, and the error gives its index."""
    with pytest.raises(InputError, match=reason):
        WordLists(words, patterns)


def test_malicious_patterns_do_no_harm() -> None:
    """A pattern for which backtracking takes exponential time is matched at once."""
    assert WordLists([], ["^(a+)+$", "(x+x+)+y"]).match("a" * 20_000 + "!" + "x" * 20_000) is None


def test_the_first_word_of_a_text_is_named() -> None:
    """Of several words that match, the one that begins first is named, of those that begin alike the first in the list; then patterns."""
    lists = WordLists(["buy it now", "buy it", "buy", "now"], ["n.w", "^b"])

    assert (lists.match("so buy it now"), lists.match("so buy it"), lists.match("so buy, now")) == ("buy it now", "buy it", "buy")
    assert (lists.match("b n-w"), lists.match("buyer")) == ("n.w", "^b")


def test_lists_travel_to_other_processes() -> None:
    """Lists that have been pickled match as before."""
    lists = pickle.loads(pickle.dumps(WordLists(["you are"], ["x+y"])))

    assert lists == WordLists(["you are"], ["x+y"])
    assert (lists.match("so you are"), lists.match("xxy")) == ("you are", "x+y")


def test_costs_grow_with_the_patterns() -> None:
    """Without entries matching costs nothing; large patterns cost more than small ones."""
    lists = [WordLists(), WordLists([], ["a"]), WordLists(["a"]), WordLists(["a", "a$"]), WordLists([], ["a.{99}"])]
    for costs in ([each.max_cost for each in lists], [each.max_locating_cost for each in lists]):
        nothing, pattern, word, signed, large = costs
        assert nothing == 0 < pattern < large
        assert 0 < word < signed < large
    assert all(each.max_locating_cost > each.max_cost for each in lists[1:])


@given(st.text(max_size=50), st.lists(st.sampled_from(["casino", "buy now", "été", "c++", ":)", "法轮", "כלב", "바보", "@a"])))
def test_any_text_is_matched(text: str, words: list[str]) -> None:
    """Any text can be matched; a text that holds a word by itself matches that word."""
    rules = WordLists(words, ["[0-9]{3}"])

    rules.match(fold_for_matching(text))
    for word in words:
        folded = fold_for_matching(f"{text} ; {word} ; {text}")
        assert rules.match(folded) is not None
        assert any(folded[begin:end] == fold_for_matching(word) for begin, end in rules.locate(folded))
