"""Settings that are lists are parsed, and those that do not fit together are refused."""

from collections.abc import Callable

import pytest

from service.setting_checks import (
    check_body_size,
    check_dialects,
    check_foreign_flagging,
    check_pair,
    check_proxies,
    check_storage,
    parse_dialects,
    parse_failure_answers,
    parse_foreign_flagging,
    parse_waits,
)


def test_dialects_are_named_one_by_one_or_together() -> None:
    """A list names some dialects, `all` every one and `none` none; blanks and empty parts do not matter."""
    assert parse_dialects(" coral, ,akismet") == ("coral", "akismet")
    assert set(parse_dialects(" all ")) > {"coral", "akismet", "perspective"}
    assert parse_dialects("none") == parse_dialects("") == ()


def test_foreign_comments_are_flagged_by_those_that_flag() -> None:
    """A list names some dialects that flag comments, `all` every one of them; those that answer scores, and strangers, are refused."""
    assert parse_foreign_flagging(" coral, ,akismet") == ("coral", "akismet")
    assert set(parse_foreign_flagging(" all ")) == {"akismet", "openai", "coral", "discourse", "synapse"}
    assert parse_foreign_flagging("none") == parse_foreign_flagging("") == ()
    check_foreign_flagging(parse_foreign_flagging("all"))
    for name in ("perspective", "detoxify", "nobody"):
        with pytest.raises(ValueError, match=f"flag_foreign: '{name}' flags no comments"):
            check_foreign_flagging((name,))


def test_failure_answers_are_pairs() -> None:
    """Each dialect has the answer behind its equals sign; a dialect without one has an empty answer, which the check refuses."""
    answers = parse_failure_answers("synapse = open, coral=error,akismet")

    assert answers == {"synapse": "open", "coral": "error", "akismet": ""}
    with pytest.raises(ValueError, match="akismet takes open, closed, error"):
        check_dialects((), answers)


def test_waits_are_for_all_calls_or_for_those_of_a_dialect() -> None:
    """A lone number is for all calls of which nothing else is said, and 100 ms are if there is none; blanks and the order do not matter."""
    waits = parse_waits(" openai = 300 ,50, akismet=7")

    assert [waits.seconds(name) for name in (None, "openai", "akismet", "coral")] == [0.05, 0.3, 0.007, 0.05]
    assert waits.count_different() == 3
    assert [parse_waits("perspective=500").seconds(name) for name in (None, "perspective", "openai")] == [0.1, 0.5, 0.1]
    assert [parse_waits(lone).seconds(name) for lone in (250, "250") for name in (None, "perspective", "openai")] == [0.25] * 6


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("klingon=5", "there is no dialect 'klingon'"),
        ("=5", "there is no dialect ''"),
        ("100,perspective=1=2", "there is no dialect 'perspective=1'"),
        ("100,200", "says twice how long calls of all dialects may wait"),
        ("openai=1,perspective=1,openai=1", "says twice how long calls in the dialect openai may wait"),
        *((text, "takes milliseconds from 1 to 60000") for text in ("", ",", "0", "60001", "1.5", "-1", "²", "1e3", "soon", "9" * 5000)),
        *((f"100,perspective={text}", "takes milliseconds from 1 to 60000") for text in ("", "0", "2s", "60001")),
    ],
)
def test_waits_that_cannot_be_read_are_refused(text: str, message: str) -> None:
    """What is no dialect, no number of milliseconds, or said twice is refused."""
    with pytest.raises(ValueError, match=message):
        parse_waits(text)


def test_settings_that_fit_together_are_taken() -> None:
    """A check of settings that agree raises nothing."""
    check_dialects(("coral", "akismet"), {"coral": "closed"})
    check_body_size(6000, 1000)
    check_pair(tls_certificate=None, tls_key=None)
    check_pair(tls_certificate="a.pem", tls_key="b.pem")
    check_storage("redis://localhost")
    check_proxies(["*", "10.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"])


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (lambda: check_dialects(("klingon",), {}), "there is no dialect 'klingon'"),
        (lambda: check_dialects((), {"klingon": "open"}), "there is no dialect 'klingon'"),
        (lambda: check_body_size(5999, 1000), r"max_body_bytes \(5999\) has to be at least 6 times"),
        (lambda: check_pair(tls_certificate="a.pem", tls_key=None), "tls_certificate and tls_key belong together: set both or neither"),
        (lambda: check_storage("memcached://localhost"), "limit_storage has to start with one of redis://"),
        (lambda: check_proxies(["10.0.0.1/8"]), "'10.0.0.1/8' is no address and no network"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(check: Callable[[], None], message: str) -> None:
    """A check of settings that disagree says what is wrong."""
    with pytest.raises(ValueError, match=message):
        check()
