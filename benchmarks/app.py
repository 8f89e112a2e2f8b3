"""The app that is measured over HTTP: the service, and beside it a route that judges nothing: ``python -m benchmarks.app PORT``."""

import sys

import uvicorn
from fastapi import FastAPI
from starlette.requests import Request

from model.profile import Profile
from service.http.app import create_app
from service.http.calls import Attempt, Judge
from service.http.connection.protocol import ConnectionProtocol
from service.http.routes.moderate import ModerateCall, moderate_endpoint
from service.http.routes.moderate_messages import ModerateAnswer
from service.settings import Settings

__all__ = ["EMPTY", "create_measured_app"]

EMPTY = "/empty"


def create_measured_app(settings: Settings) -> FastAPI:
    """Build the service's app with one route more, which reads and writes the same and says the same of every comment."""
    app = create_app(settings)
    app.add_api_route(EMPTY, moderate_endpoint(settings, _answer_without_judging), methods=["POST"], include_in_schema=False)
    # Routes are tried in order; the first place is no handicap for the route that ours is compared with.
    app.router.routes.insert(0, app.router.routes.pop())
    return app


def _answer_without_judging(_request: Request, judge: Judge, call: ModerateCall, _attempt: Attempt) -> ModerateAnswer:
    moderator = judge.moderator
    attributes = dict.fromkeys(moderator.attributes, 0.123456)
    return ModerateAnswer(
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


def main(port: int) -> None:
    """Serve as one worker of ``tipstaff serve`` does."""
    # Nothing is refused: what is measured is how fast calls are answered, on however busy a machine.
    # By the n-grams: what the encoder takes is a benchmark of its own.
    app = create_measured_app(Settings(port=port, queue_ms=60_000, profile=Profile.FAST))
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
