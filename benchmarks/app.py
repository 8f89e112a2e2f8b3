"""Serves the app that is measured over HTTP, the service with one more route that judges nothing: ``python -m benchmarks.app PORT``."""

import sys

import uvicorn
from fastapi import FastAPI

from model.profile import Profile
from service.http.app import create_app
from service.http.calls import Attempt, Judge
from service.http.connection.protocol import ConnectionProtocol
from service.http.routes.moderate import ModerateCall, moderate_endpoint
from service.http.routes.moderate_messages import ModerateAnswer
from service.settings import Settings

__all__ = ["EMPTY_PATH"]

EMPTY_PATH = "/empty"
"""The route that reads calls and writes answers as ``/v1/moderate`` does, without judging."""

_QUEUE_MS = 60_000  # so long that no call is refused


def _create_measured_app(settings: Settings) -> FastAPI:
    """Return the service's app with one more route, which gives every comment the same decision."""
    app = create_app(settings)
    app.add_api_route(EMPTY_PATH, moderate_endpoint(settings, _answer_without_judging), methods=["POST"], include_in_schema=False)
    # Routes are tried in order: in the first place, the route without judging loses no time to the others.
    app.router.routes.insert(0, app.router.routes.pop())
    return app


def _answer_without_judging(judge: Judge, call: ModerateCall, _attempt: Attempt) -> tuple[ModerateAnswer, None]:
    moderator = judge.moderator
    attributes = dict.fromkeys(moderator.attributes, 0.123456)
    answer = ModerateAnswer(
        model=moderator.version,
        policy="default",
        decisions=[
            {
                "id": comment.id,
                "label": "fine",
                "scores": {"fine": 0.912345, "toxic": 0.065432, "hateful": 0.022223},
                "verdict": "approve",
                **({"attributes": attributes} if attributes else {}),  # type: ignore[typeddict-item]
            }
            for comment in call.message.comments
        ],
    )
    return answer, None


def main(port: int) -> None:
    """Serve on a port as one worker of ``tipstaff serve`` does."""
    # No call is refused, however busy the machine is, because the benchmark measures how fast calls are answered.
    # The n-grams alone judge: the encoder has a benchmark of its own.
    app = _create_measured_app(Settings(port=port, queue_ms=_QUEUE_MS, profile=Profile.FAST))
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http=ConnectionProtocol,
        ws="none",
        lifespan="on",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
