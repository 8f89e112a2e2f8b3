"""The log: lines for people or JSON for programs, each with the id of the call it is about, and never the text of a comment."""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

__all__ = ["REQUEST_ID", "JsonLines", "Lines", "log_config"]

REQUEST_ID: ContextVar[str | None] = ContextVar("tipstaff_request_id", default=None)
"""The id of the call that is being answered."""

_FIELDS = ("route", "dialect", "status", "milliseconds")


def _stack(info: Any) -> str:
    """Return where an exception came from and what kind it is; its message may quote the text of a comment."""
    kind, _, trace = info
    return "".join(traceback.format_tb(trace)) + (kind.__name__ if kind is not None else "no exception")


class Lines(logging.Formatter):
    """Lines for people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s[%(process)d]: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return a line, with the id of the call if there is one."""
        line = super().format(record)
        request = REQUEST_ID.get()
        return line if request is None else f"{line} (request {request})"

    def formatException(self, ei: Any) -> str:  # noqa: N802 - as the base class calls it
        """Return where an exception came from, without its message."""
        return _stack(ei)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a line: time (UTC), level, logger, process, message; the id of the call, and what else is known, where there is."""
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
        line |= {name: value for name in _FIELDS if (value := getattr(record, name, None)) is not None}
        if record.exc_info:
            line["stack"] = _stack(record.exc_info)
        return json.dumps(line)


def log_config(level: str, form: str) -> dict[str, Any]:
    """Return the configuration of logging, as ``logging.config.dictConfig`` takes it.

    Args:
        level: the least severe that is written, in capitals.
        form: ``text`` or ``json``.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": JsonLines if form == "json" else Lines}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}},
        "loggers": {name: {"handlers": ["stderr"], "level": level, "propagate": False} for name in ("tipstaff", "uvicorn")},
    }
