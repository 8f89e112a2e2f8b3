"""The log names the call that a line is about, and never holds the message of an exception."""

import json
import logging
import sys
from collections.abc import Iterator
from datetime import datetime
from logging.config import dictConfig

import pytest

from service.logs import REQUEST_ID, JsonFormatter, TextFormatter, logging_config

PRIVATE = "xyzzy"


@pytest.fixture
def request_id() -> Iterator[str]:
    """The id of the call that is being answered."""
    token = REQUEST_ID.set("call-7")
    yield "call-7"
    REQUEST_ID.reset(token)


def failure_record() -> logging.LogRecord:
    """Returns a record with an exception whose message is private."""
    record = logging.LogRecord("tipstaff.http", logging.ERROR, __file__, 1, "cannot judge %d comments", (3,), None)
    try:
        # The traceback quotes this line, so the private text is not in it.
        int(PRIVATE)
    except ValueError:
        record.exc_info = sys.exc_info()
    return record


def test_line_names_the_call(request_id: str) -> None:
    """A line for people ends in the id of the call."""
    record = logging.LogRecord("tipstaff.http", logging.INFO, __file__, 1, "ready", (), None)

    assert TextFormatter().format(record).endswith(f": ready (request {request_id})")


def test_json_line_holds_what_is_known(request_id: str) -> None:
    """A line for programs is one JSON object with the time in UTC, the message, the id of the call and its fields."""
    record = failure_record()
    record.status = 500

    line = JsonFormatter().format(record)
    entry = json.loads(line)

    assert "\n" not in line
    offset = datetime.fromisoformat(entry["time"]).utcoffset()
    assert offset is not None
    assert not offset
    assert (entry["level"], entry["logger"], entry["message"]) == ("error", "tipstaff.http", "cannot judge 3 comments")
    assert (entry["request_id"], entry["status"]) == (request_id, 500)


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_message_of_an_exception_is_hidden(formatter: logging.Formatter) -> None:
    """A line says where an exception came from and its class, but not its message, which may quote a comment."""
    line = formatter.format(failure_record())

    assert "ValueError" in line
    assert "failure_record" in line
    assert PRIVATE not in line


@pytest.mark.parametrize(("log_format", "formatter"), [("text", TextFormatter), ("json", JsonFormatter)])
def test_configuration_is_valid(log_format: str, formatter: type[logging.Formatter]) -> None:
    """Python's logging takes the configuration, with the formatter and the level that are asked for."""
    loggers = [logging.getLogger(name) for name in ("tipstaff", "uvicorn")]
    states = [(logger.level, logger.handlers[:], logger.propagate) for logger in loggers]
    try:
        dictConfig(logging_config("WARNING", log_format))
        for logger in loggers:
            (handler,) = logger.handlers
            assert (type(handler.formatter), logger.level) == (formatter, logging.WARNING)
    finally:
        for logger, (level, handlers, propagate) in zip(loggers, states, strict=True):
            logger.setLevel(level)
            logger.handlers[:] = handlers
            logger.propagate = propagate
