"""The log: lines for people or JSON for programs, each with the id of the call that it is about, and never with the text of a comment."""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

__all__ = ["REQUEST_ID", "JsonFormatter", "TextFormatter", "logging_config"]

REQUEST_ID: ContextVar[str | None] = ContextVar("tipstaff_request_id", default=None)
"""The id of the call that is being answered."""

# Further fields that a record may have, from the log of calls.
_CALL_FIELDS = ("route", "dialect", "status", "milliseconds")


def _format_stack(info: Any) -> str:
    """Return where an exception came from and its class, without its message, which may quote the text of a comment."""
    error_type, _, trace = info
    return "".join(traceback.format_tb(trace)) + (error_type.__name__ if error_type is not None else "no exception")


class TextFormatter(logging.Formatter):
    """Formats records as lines for people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s[%(process)d]: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record, with the id of the call if there is one."""
        line = super().format(record)
        request = REQUEST_ID.get()
        return line if request is None else f"{line} (request {request})"

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name that the base class gives it
        """Return where an exception came from, without its message."""
        return _format_stack(ei)


class JsonFormatter(logging.Formatter):
    """Formats records as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record: time (UTC), level, logger, process, message; the id and fields of a call and the stack, if any."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        request = REQUEST_ID.get()
        if request is not None:
            line["request_id"] = request
        line |= {name: value for name in _CALL_FIELDS if (value := getattr(record, name, None)) is not None}
        if record.exc_info:
            line["stack"] = _format_stack(record.exc_info)
        return json.dumps(line)


def logging_config(level: str, log_format: str) -> dict[str, Any]:
    """Return the configuration of the log for ``logging.config.dictConfig``.

    Args:
        level: the least severe level that is written, in capitals.
        log_format: ``text`` or ``json``.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": JsonFormatter if log_format == "json" else TextFormatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}},
        "loggers": {name: {"handlers": ["stderr"], "level": level, "propagate": False} for name in ("tipstaff", "uvicorn")},
    }
