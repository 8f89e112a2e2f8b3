"""Runs the service: one process, or a supervisor with several workers that share one socket and one artefact."""

import logging
import os
import resource
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from model.errors import ArtefactError, SettingsError, TipstaffError
from service.heap_trim import keep_less
from service.http.app import create_app
from service.http.connection.protocol import ConnectionProtocol
from service.http.observability.metrics import open_metrics_dir
from service.http.observability.traces import check_traces
from service.http.state import load_moderator
from service.judging.community_file import read_community_file
from service.logs import log_config
from service.settings import Settings, unknown_variables
from service.store.store import open_store

__all__ = ["serve"]

_BACKLOG = 2048
_OPEN_FILES = 65_536

# A worker that compiles on a busy machine may not answer its supervisor for a while, and has to be left alone meanwhile.
_WORKER_ANSWERS_WITHIN = 60

_log = logging.getLogger("tipstaff.http")


def serve(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT, then lets calls in progress end. Belongs in the main thread.

    Args:
        settings: address, artefact, limits, number of workers.

    Raises:
        SettingsError: nothing can listen at this address, the certificate cannot be used, traces cannot be sent, the database is
            named wrongly, or something in the file of communities is wrong.
        StoreError: the database cannot be used.
        ArtefactError: the artefact cannot be used, at the start or when a worker loads it.
    """
    _check_certificate(settings)
    check_traces(os.environ)
    _allow_files()
    keep_less()
    with closing(_listen(settings.host, settings.port)) as listener:
        if settings.workers == 1:
            _serve_alone(settings, listener)
        else:
            _serve_together(settings, listener)


def _check_certificate(settings: Settings) -> None:
    if settings.tls_certificate is None or settings.tls_key is None:
        return

    def refuse() -> str:
        raise SettingsError(f"{settings.tls_key}: the key has a password: store it without one, readable to the service alone")

    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(settings.tls_certificate, settings.tls_key, refuse)
    except OSError as error:
        # A file that is no certificate is an OSError too.
        reason = error.strerror if error.filename else f"no certificate with its key in PEM ({getattr(error, 'reason', None) or error})"
        raise SettingsError(f"tls_certificate {settings.tls_certificate}, tls_key {settings.tls_key}: {reason}") from None


def _allow_files() -> None:
    """Allow this process as many open connections as the system lets it have; many systems start with 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        # Two sockets may bind one port as long as neither listens; so a taken port shows only here.
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
    failures: list[TipstaffError] = []

    def stop(failure: TipstaffError) -> None:
        failures.append(failure)
        server.should_exit = True

    server = uvicorn.Server(_config(settings, create_app(settings, on_failure=stop)))
    _announce(settings, listener)
    with _signals_stop(server):
        server.run(sockets=[listener])
    if failures:
        raise failures[0]


@contextmanager
def _signals_stop(server: uvicorn.Server) -> Iterator[None]:
    # uvicorn raises the signal that stopped it once more at its end; these handlers make that a clean exit.
    before = {each: signal.signal(each, server.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _serve_together(settings: Settings, listener: socket.socket) -> None:
    # Here too, so that a bad artefact, database or file of communities is one line and not one for each worker.
    open_store(settings).close()
    moderator = load_moderator(settings)
    if settings.communities is not None:
        read_community_file(settings.communities).check_policies(moderator.policies)
    with open_metrics_dir(settings.data_dir) as metrics_dir:
        supervisor = Multiprocess(_config(settings, _WorkerApp(settings, metrics_dir), factory=True), sockets=[listener])
        _announce(settings, listener)
        supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise ArtefactError("a worker could not load the artefact and the service stopped: the log says why")


@dataclass(frozen=True)
class _WorkerApp:
    """Builds the app in a worker; a value that can be sent to another process."""

    settings: Settings
    metrics_dir: Path

    def __call__(self) -> FastAPI:
        keep_less()
        # Workers share a socket: one that took calls before it is ready would refuse what another can answer.
        return create_app(self.settings, on_failure=_end_worker, in_background=False, metrics_dir=self.metrics_dir)


def _end_worker(failure: TipstaffError) -> None:
    _log.critical("%s", failure)
    # The supervisor takes this status to mean that other workers would fail as well, and stops.
    os._exit(STARTUP_FAILURE)


def _config(settings: Settings, app: Any, *, factory: bool = False) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=factory,
        loop="uvloop",
        http=ConnectionProtocol,
        ws="none",
        lifespan="on",
        workers=settings.workers,
        log_config=log_config(settings.log_level.upper(), settings.log_format),
        access_log=False,
        root_path=settings.root_path,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        # Only the app knows which proxies are trusted.
        proxy_headers=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=settings.keep_alive_timeout,
        timeout_graceful_shutdown=settings.shutdown_timeout,
        timeout_worker_healthcheck=_WORKER_ANSWERS_WITHIN,
    )


def _announce(settings: Settings, listener: socket.socket) -> None:
    for line in unknown_variables(os.environ):
        _log.warning("%s", line)
    host, port = listener.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    address = f"{'http' if settings.tls_certificate is None else 'https'}://{name}:{port}"
    _log.info("listening on %s, documentation on %s/docs", address, address)
