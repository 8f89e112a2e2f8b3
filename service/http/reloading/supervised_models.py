"""The models of a service with several workers, as their supervisor has them: it alone watches, and hands the same memory to all."""

import logging
import os
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model.artefact.artefact_copy import ArtefactCopy
from model.errors import ArtefactError
from service.http.observability.metrics import Metrics
from service.http.reloading.model_channel import ChannelMessage, ModelChannel
from service.http.reloading.model_keeper import HeldCopy, ModelKeeper
from service.http.reloading.model_requests import ChampionSource, ModelOutcome, ModelRequest
from service.http.reloading.served_models import RefusedModel

__all__ = ["ModelHandover", "SupervisedModels", "keeping_models"]

_log = logging.getLogger("tipstaff.http")

# Seconds in which a worker loads a model, even on a machine that is busy; and in which it lets a loaded one judge.
_PREPARE_SECONDS = 120.0
_SERVE_SECONDS = 30.0
_END_SECONDS = 5.0


@dataclass(frozen=True)
class ModelHandover:
    """What a worker gets when it is started.

    Attributes:
        copy: the artefact that is served.
        channel: its end of the line to the supervisor.
    """

    copy: ArtefactCopy
    channel: ModelChannel


@dataclass(eq=False)
class _Line:
    """The supervisor's end of the line to a worker.

    Attributes:
        channel: the end.
        sent: content hashes of the models that the worker has, or has been sent.
        has_joined: whether it has loaded its first model.
        answers: content hash of a model that it was to load → what was wrong with it, None if it is loaded.
        serving: content hash of the model that judges there.
    """

    channel: ModelChannel
    sent: set[str]
    has_joined: bool = False
    answers: dict[str, str | None] = field(default_factory=dict)
    serving: str = ""


class SupervisedModels:
    """Brings models to the workers of a supervisor. Sent to a worker that is being started, it becomes a `ModelHandover`.

    Args:
        current: the model with which they start.
    """

    def __init__(self, current: HeldCopy) -> None:
        self._lock = threading.Lock()
        self._current = current
        self._former: HeldCopy | None = None
        self._refused: RefusedModel | None = None
        self._lines: list[_Line] = []
        self._handed_over: list[ModelHandover] = []
        self._requests: deque[tuple[_Line, ChannelMessage]] = deque()
        self._asked: tuple[_Line, Any] | None = None
        self._wake, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        self.has_ended = False

    def __reduce__(self) -> tuple[Callable[..., ModelHandover], tuple[ArtefactCopy, Any]]:
        """Return what becomes the handover in the process for which this is written."""
        # Imported here, since only a supervisor needs it.
        from multiprocessing.reduction import DupFd

        handover = self._hand_over()
        return _receive, (handover.copy, DupFd(handover.channel.fileno()))

    def _hand_over(self) -> ModelHandover:
        ours, theirs = ModelChannel.pair()
        ours.give_up_slow_writes()
        with self._lock:
            # A copy of its own: the model may be out of service before the worker has been started.
            handover = ModelHandover(self._current.copy.duplicate(), theirs)
            self._handed_over.append(handover)
            self._lines.append(_Line(ours, {self._current.content_hash}))
        self._wake_up()
        return handover

    def release_handed_over(self) -> None:
        """Close what workers that have been started have of their own by now; to be called where no worker is being started."""
        with self._lock:
            handed_over, self._handed_over = self._handed_over, []
        for handover in handed_over:
            handover.copy.close()
            handover.channel.release()

    def end(self) -> None:
        """End the wait for requests, since the service ends."""
        self.has_ended = True
        self._wake_up()

    def _wake_up(self) -> None:
        with suppress(BlockingIOError):  # it is awake already
            self._waker.send(b"\0")

    def wait(self, seconds: float) -> ModelRequest | None:
        """Wait for a request of an administrator, which comes through a worker."""
        if not self._requests:
            self._poll(seconds)
        if not self._requests:
            return None
        line, message = self._requests.popleft()
        self._asked = line, message.fields.pop("number", None)
        return ModelRequest(**message.fields)

    def answer(self, outcome: ModelOutcome) -> None:
        """Answer the last request."""
        if self._asked is not None:
            (line, number), self._asked = self._asked, None
            line.channel.send("outcome", number=number, **outcome._asdict())

    def prepare(self, held: HeldCopy) -> None:
        """Have all workers load a model.

        Raises:
            ArtefactError: one of them cannot use it; none keeps it.
        """
        content_hash = held.content_hash
        deadline = time.monotonic() + _PREPARE_SECONDS
        self._poll_until(lambda: any(line.has_joined for line in self._lines), deadline)
        lines = [line for line in self._lines if line.has_joined]
        for line in lines:
            line.answers.pop(content_hash, None)
            self._send_model(line, held)
        self._poll_until(lambda: all(content_hash in line.answers for line in lines if line in self._lines), deadline)
        answers = [line.answers.get(content_hash, "a worker has not loaded it in time") for line in lines if line in self._lines]
        problem = next(filter(None, answers), None)
        if problem is not None or not answers:
            self.drop(held)
            raise ArtefactError(problem or "all workers have ended, or are being started")

    def serve(self, current: HeldCopy, former: HeldCopy | None) -> None:
        """Have a model judge in all workers, and return when it does."""
        with self._lock:
            self._current, self._former = current, former
            lines = list(self._lines)
        for line in lines:
            self._send_state(line)
        deadline = time.monotonic() + _SERVE_SECONDS
        lines = [line for line in lines if line.has_joined]
        self._poll_until(lambda: all(line.serving == current.content_hash for line in lines if line in self._lines), deadline)
        if any(line.serving != current.content_hash for line in lines if line in self._lines):
            _log.error("a worker does not serve %s yet", current.version)

    def drop(self, held: HeldCopy) -> None:
        """Have all workers forget a model that they loaded in vain."""
        for line in self._lines:
            if held.content_hash in line.sent:
                line.sent.discard(held.content_hash)
                line.channel.send("drop", content_hash=held.content_hash)

    def report(self, refused: RefusedModel | None) -> None:
        """Tell all workers which model cannot be served."""
        self._refused = refused
        for line in self._lines:
            self._send_refused(line)

    def _send_refused(self, line: _Line) -> None:
        line.channel.send("refused", **({} if self._refused is None else self._refused._asdict()))

    def _send_model(self, line: _Line, held: HeldCopy) -> None:
        files = held.copy.descriptors()
        line.sent.add(held.content_hash)
        line.channel.send(
            "prepare",
            files=list(files.values()),
            names=list(files),
            folder=str(held.copy.folder),
            content_hash=held.content_hash,
        )

    def _send_state(self, line: _Line) -> None:
        """Tell a worker which models it is to serve and to keep, after it has been sent those that it lacks."""
        current, former = self._current, self._former
        for held in (current, former):
            if held is not None and held.content_hash not in line.sent:
                self._send_model(line, held)
        line.sent = {held.content_hash for held in (current, former) if held is not None}
        former_hash = None if former is None else former.content_hash
        line.channel.send("serve", current=current.content_hash, former=former_hash)

    def _poll_until(self, condition: Callable[[], bool], deadline: float) -> None:
        while not condition() and not self.has_ended and (left := deadline - time.monotonic()) > 0:
            self._poll(left)

    def _poll(self, seconds: float) -> None:
        """Take the messages of workers that have come, or come within some seconds."""
        with self._lock:
            by_file = {line.channel.fileno(): line for line in self._lines}
        poll = select.poll()
        for file in (self._wake.fileno(), *by_file):
            poll.register(file, select.POLLIN)
        for file, _ in poll.poll(seconds * 1000):
            line = by_file.get(file)
            if line is None:
                self._wake.recv(4096)
            elif (message := line.channel.receive()) is not None:
                self._take(line, message)
            else:
                with self._lock:
                    self._lines.remove(line)
                line.channel.close()

    def _take(self, line: _Line, message: ChannelMessage) -> None:
        fields = message.fields
        for file in message.files:
            os.close(file)  # workers have none to give
        match message.kind:
            case "joined":
                line.has_joined = True
                self._send_state(line)
                self._send_refused(line)
            case "prepared":
                line.answers[fields["content_hash"]] = fields["problem"]
            case "serving":
                line.serving = fields["content_hash"]
            case "request":
                self._requests.append((line, message))


@contextmanager
def keeping_models(source: ChampionSource, models: SupervisedModels, first: HeldCopy, metrics_dir: Path) -> Iterator[None]:
    """Watch, in a thread, for as long as the context lasts.

    Args:
        source: says which version is to be served.
        models: brings it to the workers.
        first: the one with which they start.
        metrics_dir: the folder for the metrics of all processes of this service.
    """
    keeper = ModelKeeper(source, models, current=first, metrics=Metrics(metrics_dir))
    thread = threading.Thread(target=keeper.run, name="models", daemon=True)
    thread.start()
    try:
        yield
    finally:
        models.end()
        thread.join(_END_SECONDS)


def _receive(copy: ArtefactCopy, channel: Any) -> ModelHandover:
    return ModelHandover(copy, ModelChannel(socket.socket(fileno=channel.detach())))
