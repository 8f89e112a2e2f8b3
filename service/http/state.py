"""The state of a running service, and the functions by which the code that answers a request reaches it."""

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypedDict, cast

from starlette.requests import Request

from model.threads import available_cores
from service.http.admission.access import Access
from service.http.admission.body_budget import BodyBudgets
from service.http.admission.community_choice import Communities
from service.http.admission.queue import Queue
from service.http.connection.open_connections import Connections
from service.http.observability.metrics import Metrics
from service.http.observability.traces import Traces
from service.http.problems import FieldError, ProblemError, ProblemKind
from service.http.refusal_forms import PROBLEM_DOCUMENTS, Refusals
from service.http.reloading.served_models import MODEL_KEY, LoadedModel, ServedModels
from service.http.workload.graceful_stop import GracefulStop
from service.http.workload.jobs import MAX_JOBS_PER_THREAD, JudgingJobs
from service.judging.foreign import OnForeign
from service.settings import Settings

if TYPE_CHECKING:
    from model.language.identifier import Identifier
    from model.moderator import Moderator
    from service.http.reloading.model_feeds import ModelFeed
    from service.store.keyring import KeyRing
    from service.store.outbox_worker import OutboxWorker
    from service.store.store import Store

__all__ = [
    "LifespanState",
    "ServiceState",
    "find_model",
    "get_state",
    "pin_model",
    "require_identifier",
    "require_model",
    "require_moderator",
]

_GAUGE_INTERVAL = 1.0
_WRITING_THREADS = 4
_FORM_THREADS = 2


@dataclass
class ServiceState:
    """What a service holds while it runs.

    Attributes:
        settings: what the service was told at its start.
        pool: the threads that judge large calls, so that the event loop stays free.
        writes: the threads that store what calls leave behind, which must not wait for judging.
        forms: the threads that read large forms.
        queue: the calls that wait to be judged.
        jobs: the large calls that are judged in threads.
        graceful_stop: ends the calls in progress when the service stops.
        access: decides who may call; admits nobody until the keys have been read.
        bodies: the memory for bodies that are unfinished.
        connections: the open connections.
        communities: the communities of the site, each with its policy and lists.
        metrics: the counters.
        on_foreign: what happens to comments in languages that are not read.
        models: the model that judges, and the one before it.
        feed: brings other models; None if the service has the one with which it started for good.
        store: keys, rulings and outbox; None until it is open, which is before the moderator is ready.
        ring: the valid keys, in memory; None until the store is open.
        worker: makes the calls that wait in the outbox; None until the store is open.
        traces: records the spans of calls; None if the environment does not ask for traces.
        refusals: makes the refusals of calls in the form of the protocol that they belong to.
    """

    settings: Settings
    pool: ThreadPoolExecutor
    writes: ThreadPoolExecutor
    forms: ThreadPoolExecutor
    queue: Queue
    jobs: JudgingJobs
    graceful_stop: GracefulStop
    access: Access
    bodies: BodyBudgets
    connections: Connections
    communities: Communities
    metrics: Metrics
    on_foreign: OnForeign
    models: ServedModels = field(default_factory=ServedModels)
    feed: "ModelFeed | None" = None
    store: "Store | None" = None
    ring: "KeyRing | None" = None
    worker: "OutboxWorker | None" = None
    traces: Traces | None = None
    refusals: Refusals = PROBLEM_DOCUMENTS

    @classmethod
    def build(cls, settings: Settings, *, metrics_dir: Path | None, refusals: Refusals = PROBLEM_DOCUMENTS) -> Self:
        """Build the state with which a service starts; nothing is loaded or opened.

        Args:
            settings: the limits, who may call, the file of communities.
            metrics_dir: the folder for the metrics of all processes of this service; None if this is the only process.
            refusals: makes the refusals of calls.
        """
        threads = available_cores()
        # Only as many of them as there are processors work at a time. The others have given up their turn and wait for the next.
        most_jobs = MAX_JOBS_PER_THREAD * threads * settings.longest_waits.count_different()
        pool = ThreadPoolExecutor(max_workers=most_jobs, thread_name_prefix="judge")
        queue, metrics = Queue(settings), Metrics(metrics_dir)
        jobs = JudgingJobs(pool, threads=threads, count_cancelled=metrics.count_cancelled)
        return cls(
            settings=settings,
            pool=pool,
            writes=ThreadPoolExecutor(max_workers=_WRITING_THREADS, thread_name_prefix="write"),
            forms=ThreadPoolExecutor(max_workers=_FORM_THREADS, thread_name_prefix="form"),
            queue=queue,
            jobs=jobs,
            graceful_stop=GracefulStop(jobs, seconds=settings.shutdown_timeout),
            access=Access(settings, queue),
            bodies=BodyBudgets(settings),
            connections=Connections(settings, queue, metrics, refusals),
            communities=Communities(settings),
            metrics=metrics,
            on_foreign=OnForeign(settings.on_foreign),
            traces=Traces.from_environment(),
            refusals=refusals,
        )

    def background_work(self) -> Sequence[Coroutine[Any, Any, None]]:
        """Return the coroutines that have to run beside the calls for as long as the service lives."""
        return self.connections.sweep_forever(), self.bodies.trim_forever(), self.communities.watch_forever(), self._update_gauges_forever()

    async def _update_gauges_forever(self) -> None:
        # Any process may be asked for the metrics of all processes, so each keeps its own up to date.
        while True:
            in_progress, large = self.queue.in_progress, len(self.jobs)
            self.metrics.set_gauges(in_progress=in_progress, large_waiting=large, connections=len(self.connections), worker=1)
            await asyncio.sleep(_GAUGE_INTERVAL)

    async def close(self) -> None:
        """Close the connections, the threads and the traces that `build` has opened, and the feed."""
        if self.feed is not None:
            self.feed.close()
        await self.access.close()
        for pool in (self.pool, self.forms):
            pool.shutdown(wait=False, cancel_futures=True)
        # The store is closed next, and a write may still be using it.
        await asyncio.to_thread(self.writes.shutdown, cancel_futures=True)
        if self.traces is not None:
            await asyncio.to_thread(self.traces.close)


class LifespanState(TypedDict):
    """What the lifespan of the app adds to each request: ``request.state.service``."""

    service: ServiceState


def get_state(request: Request) -> ServiceState:
    """Return the state of the service that received this request."""
    return cast(LifespanState, request.scope["state"])["service"]


def find_model(request: Request) -> LoadedModel | None:
    """Return the model that judges this request, from its beginning to its end; None if none is loaded and warm yet."""
    model: LoadedModel | None = request.scope.get(MODEL_KEY)
    if model is None:
        model = request.scope[MODEL_KEY] = get_state(request).models.current
    return model


def require_model(request: Request) -> LoadedModel:
    """Return the model that judges this request, from its beginning to its end.

    Raises:
        ProblemError: none is loaded and warm yet.
    """
    model = find_model(request)
    if model is None:
        raise ProblemError(ProblemKind.NOT_READY, "The model is being loaded: try again shortly.", headers={"Retry-After": "1"})
    return model


def pin_model(request: Request, version: str) -> None:
    """Have a request judged by the version that it names, and by no other.

    Args:
        request: the call; nothing has been judged for it yet.
        version: such as ``default@3f2a9c1d04be``, with the profile or without.

    Raises:
        ProblemError: this version is not in memory, or none is yet.
    """
    require_model(request)
    models = get_state(request).models
    model = models.find(version)
    if model is None:
        kept = " and ".join(each.version for each in models.kept())
        detail = f"is a version that is not kept: ask for one of {kept}, or for none to have the one judge that is served"
        raise ProblemError(ProblemKind.UNKNOWN_MODEL, f"model: {detail}", [FieldError(field="model", detail=detail)])
    request.scope[MODEL_KEY] = model


def require_moderator(request: Request) -> "Moderator":
    """Return the moderator that judges this request.

    Raises:
        ProblemError: it is not loaded and warm yet.
    """
    return require_model(request).moderator


def require_identifier(request: Request) -> "Identifier":
    """Return the language identifier for this request.

    Raises:
        ProblemError: it is not loaded and warm yet.
    """
    return require_model(request).identifier
