"""Runs the service: as one process, or as a supervisor with several workers that share one socket and one artefact."""

import logging
import multiprocessing
import os
import resource
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from model.errors import ArtefactError, LostStoreError, SettingsError, TipstaffError
from service.heap_trim import settle_heap, share_one_heap, trim_heap
from service.http.app import create_app
from service.http.connection.protocol import ConnectionProtocol
from service.http.connection.service_loop import ServiceLoop
from service.http.observability.metrics import open_metrics_dir, remove_stale_metrics
from service.http.observability.traces import check_traces
from service.http.reloading.champion_source import open_first_version
from service.http.reloading.model_feeds import LoneModels, WorkerModels
from service.http.reloading.model_keeper import HeldCopy
from service.http.reloading.supervised_models import SupervisedModels, keeping_models
from service.judging.community_file import read_community_file
from service.logs import logging_config
from service.model_loading import load_moderator
from service.setting_errors import unknown_variables
from service.settings import Settings
from service.store.store import open_running_store

__all__ = ["run_server"]

_BACKLOG = 2048
_RECEIVE_BUFFER = 65_536
_MAX_OPEN_FILES = 65_536

# Seconds: a worker that is compiling on a busy machine may not answer its supervisor for a while, and must not be killed for that.
_WORKER_PING_TIMEOUT = 60

# Seconds that a worker without its supervisor gets after the calls in progress had theirs; it ends then, whatever holds it up.
_ORPHAN_SECONDS = 5

# For how many seconds a thread that judges a large call may keep the event loop waiting each time that this has looked what has arrived.
# Python's own 5 ms are longer than it takes to judge some small calls.
_SWITCH_INTERVAL = 0.0005

_log = logging.getLogger("tipstaff.http")


def run_server(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT arrives, then finish the calls in progress. To be called in the main thread.

    Args:
        settings: the address, the artefact, the limits, the number of workers and so on.

    Raises:
        SettingsError: nothing can listen at this address, the certificate cannot be used, traces cannot be sent, the database is
            named wrongly, or something in the file of communities is wrong.
        StoreError: the database cannot be used.
        ArtefactError: the artefact cannot be used, at the start or when a worker loads it.
    """
    _check_certificate(settings)
    check_traces(os.environ)
    _raise_file_limit()
    share_one_heap()
    sys.setswitchinterval(_SWITCH_INTERVAL)
    with closing(_listen(settings.host, settings.port)) as listener:
        if settings.workers == 1:
            _serve_alone(settings, listener)
        else:
            _serve_together(settings, listener)


def _check_certificate(settings: Settings) -> None:
    if settings.tls_certificate is None or settings.tls_key is None:
        return

    def refuse_password() -> str:
        raise SettingsError(f"{settings.tls_key}: the key has a password: store it without one, readable to the service alone")

    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(settings.tls_certificate, settings.tls_key, refuse_password)
    except OSError as error:
        # A file that is not a certificate raises an OSError too.
        reason = error.strerror if error.filename else f"no certificate with its key in PEM ({getattr(error, 'reason', None) or error})"
        raise SettingsError(f"tls_certificate {settings.tls_certificate}, tls_key {settings.tls_key}: {reason}") from None


def _raise_file_limit() -> None:
    """Allow this process as many open files, and so connections, as the system permits; the default is often 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = _MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _MAX_OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted connections have the same buffer. It bounds what one of them can bring in at once.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        listener.bind((host, port))
        # Two sockets may bind one port as long as neither listens, so a port that is in use is noticed only here.
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"cannot listen on {host} port {port}: {error.strerror or error}: choose another with --host, --port, "
            "TIPSTAFF_HOST, TIPSTAFF_PORT"
        ) from None
    listener.set_inheritable(True)
    return listener


def _serve_alone(settings: Settings, listener: socket.socket) -> None:
    remove_stale_metrics(settings.data_dir)
    failures: list[TipstaffError] = []

    def stop(failure: TipstaffError) -> None:
        failures.append(failure)
        server.should_exit = True

    models = LoneModels()
    app = create_app(settings, load=models.load, feed=models, on_failure=stop, tidy_memory=settle_heap)
    server = uvicorn.Server(_config(settings, app))
    _log_start(settings, listener)
    with _stop_on_signals(server):
        server.run(sockets=[listener])
    if failures:
        raise failures[0]


@contextmanager
def _stop_on_signals(server: uvicorn.Server) -> Iterator[None]:
    # At its end uvicorn raises the signal that stopped it once more; these handlers turn that into a clean exit.
    previous_handlers = {number: signal.signal(number, server.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous_handlers.items():
            signal.signal(number, handler)


def _serve_together(settings: Settings, listener: socket.socket) -> None:
    # These are checked here too, so that a bad artefact, database or file of communities causes one line and not one per worker.
    # A database that is lost stops no start: the workers say that it is, and wait for it.
    with suppress(LostStoreError):
        open_running_store(settings, wait=settings.database_wait).close()
    first, source = open_first_version(settings)
    _check_first(settings, first)
    models = SupervisedModels(first)
    with open_metrics_dir(settings.data_dir) as metrics_dir:
        app = _WorkerApp(settings, metrics_dir, models)
        supervisor = _Supervisor(_config(settings, app, factory=True), sockets=[listener], models=models)
        _log_start(settings, listener)
        with keeping_models(source, models, first, metrics_dir):
            supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise ArtefactError("a worker could not load the artefact and the service stopped: the log says why")


def _check_first(settings: Settings, first: HeldCopy) -> None:
    """Make sure that the workers can use their first model; what that takes in memory is free afterwards."""
    moderator = load_moderator(settings, first.copy)
    if settings.communities is not None:
        communities = read_community_file(settings.communities)
        communities.check_policies(moderator.policies)
        communities.log_warnings()
    del moderator
    trim_heap()


class _Supervisor(Multiprocess):
    """Replaces a worker at once also if it dies while it is being asked whether it is alive.

    Args:
        config: of the server.
        sockets: those that it listens on.
        models: what the workers are handed.
    """

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], *, models: SupervisedModels) -> None:
        super().__init__(config, sockets)
        self._models = models

    def keep_subprocess_alive(self) -> None:
        """Ask each worker, and start another in the place of one that has ended or does not answer."""
        for process in self.processes:
            # While this process holds the worker's end of their pipe as well, it does not see that the worker has closed it: it would wait
            # for the answer of a dead worker as long as for that of a busy one, and nobody would be served meanwhile.
            process.child_conn.close()
        # Likewise for the line by which models come.
        self._models.release_handed_over()
        super().keep_subprocess_alive()


@dataclass(frozen=True)
class _WorkerApp:
    """Builds the app in a worker process; a value that can be sent there."""

    settings: Settings
    metrics_dir: Path
    # A `SupervisedModels` until it is sent to a worker: all workers share one copy of what is served when they are started.
    models: Any

    def __call__(self) -> FastAPI:
        share_one_heap()
        sys.setswitchinterval(_SWITCH_INTERVAL)
        _end_with_supervisor(self.settings.shutdown_timeout)
        # The workers share a socket: one that accepted calls before it is ready would refuse calls that another can answer.
        models = WorkerModels(self.models)
        return create_app(
            self.settings,
            load=models.load,
            feed=models,
            on_failure=_end_worker,
            in_background=False,
            metrics_dir=self.metrics_dir,
            tidy_memory=settle_heap,
        )


def _end_with_supervisor(seconds: float) -> None:
    """Watch the supervisor of this worker: if it is killed, the worker stops as on SIGTERM, so that the address is free for the next start.

    Args:
        seconds: how long the calls in progress may take then.
    """

    def watch() -> None:
        if (supervisor := multiprocessing.parent_process()) is not None:
            supervisor.join()
            _log.error("the supervisor has ended: this worker stops as well")
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(seconds + _ORPHAN_SECONDS)
            os._exit(1)

    threading.Thread(target=watch, name="supervisor", daemon=True).start()


def _end_worker(failure: TipstaffError) -> None:
    _log.critical("%s", failure)
    # The supervisor takes this status as a sign that other workers would fail as well, and stops.
    os._exit(STARTUP_FAILURE)


def _config(settings: Settings, app: Any, *, factory: bool = False) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=factory,
        loop=f"{ServiceLoop.__module__}:{ServiceLoop.__name__}",
        http=ConnectionProtocol,
        ws="none",
        lifespan="on",
        workers=settings.workers,
        log_config=logging_config(settings.log_level.upper(), settings.log_format),
        access_log=False,
        root_path=settings.root_path,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        # The app handles these headers itself, since it knows which proxies are trusted.
        proxy_headers=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=settings.keep_alive_timeout,
        timeout_graceful_shutdown=settings.shutdown_timeout,
        timeout_worker_healthcheck=_WORKER_PING_TIMEOUT,
    )


def _log_start(settings: Settings, listener: socket.socket) -> None:
    for warning in unknown_variables(os.environ, settings=Settings.model_fields):
        _log.warning("%s", warning)
    host, port = listener.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    address = f"{'http' if settings.tls_certificate is None else 'https'}://{name}:{port}"
    _log.info("listening on %s, documentation on %s/docs", address, address)
