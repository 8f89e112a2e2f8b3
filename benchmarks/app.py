"""The app that is measured over HTTP: the service, and beside it a route that judges nothing: ``python -m benchmarks.app PORT``."""

import sys
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI

from model.comment import Comment
from model.profile import Profile
from service.http.app import create_app
from service.http.connection.protocol import ConnectionProtocol
from service.http.routes.moderate import moderate_endpoint
from service.http.routes.moderate_messages import ModerateAnswer, ModerateRequest
from service.judging.judge import Judging
from service.settings import Settings

__all__ = ["EMPTY", "create_measured_app"]

EMPTY = "/empty"


def create_measured_app(settings: Settings) -> FastAPI:
    """Build the service's app with one route more, which reads and writes the same and says the same of every comment."""
    app = create_app(settings)
    app.add_api_route(EMPTY, moderate_endpoint(settings, _judge_nothing), methods=["POST"], include_in_schema=False)
    # Routes are tried in order; the first place is no handicap for the route that ours is compared with.
    app.router.routes.insert(0, app.router.routes.pop())
    return app


def _judge_nothing(
    judging: Judging, asked: ModerateRequest, _comments: Sequence[Comment], _settings: Settings, *, fast: bool = False
) -> ModerateAnswer:
    moderator = judging.moderator
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
            for comment in asked.comments
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
