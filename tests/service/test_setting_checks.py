"""Settings that are lists are parsed, and those that do not fit together are refused."""

from collections.abc import Callable

import pytest

from service.setting_checks import (
    check_body_size,
    check_dialects,
    check_pair,
    check_proxies,
    check_storage,
    parse_dialects,
    parse_failure_answers,
)


def test_dialects_are_named_one_by_one_or_together() -> None:
    """A list names some dialects, `all` every one and `none` none; blanks and empty parts do not matter."""
    assert parse_dialects(" coral, ,akismet") == ("coral", "akismet")
    assert set(parse_dialects(" all ")) > {"coral", "akismet", "perspective"}
    assert parse_dialects("none") == parse_dialects("") == ()


def test_failure_answers_are_pairs() -> None:
    """Each dialect has the answer behind its equals sign; a dialect without one has an empty answer, which the check refuses."""
    answers = parse_failure_answers("synapse = open, coral=error,akismet")

    assert answers == {"synapse": "open", "coral": "error", "akismet": ""}
    with pytest.raises(ValueError, match="akismet takes open, closed, error"):
        check_dialects((), answers)


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
