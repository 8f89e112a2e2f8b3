"""``tipstaff serve`` and ``tipstaff warm`` as people call them."""

import contextlib
import http.client
import os
import signal
import socket
from pathlib import Path

import pytest

from tests.service.cli.calls import Call, Start
from tests.waiting import wait_until


def test_warm_makes_the_model_ready(call_small: Call) -> None:
    """The command that the image calls at build time succeeds and names the model."""
    result = call_small("warm")
    assert (result.code, result.out) == (0, "")
    assert "small@" in result.message


@pytest.mark.parametrize(("arguments", "words"), [(["serve", "--port", "99999"], "port"), (["warm", "--artefact", "/nowhere"], "/nowhere")])
def test_a_mistake_is_one_line_and_exit_code_1(call_small: Call, arguments: list[str], words: str) -> None:
    """The line says what is wrong; nothing is on standard output."""
    result = call_small(*arguments)
    assert (result.code, result.out) == (1, "")
    assert words in result.message


def _status(port: int) -> int | None:
    """Return the status with which a service on this machine answers, None while it does not."""
    with contextlib.suppress(OSError), contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        client.request("GET", "/healthz")
        return client.getresponse().status
    return None


def test_serve_answers_where_its_options_say(start: Start, folder: Path) -> None:
    """Options come before the environment; SIGTERM ends it."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    with start("serve", "--port", port, env=os.environ | {"TIPSTAFF_PORT": "1", "TIPSTAFF_ARTEFACT": str(folder)}) as running:
        process = running.process
        wait_until(lambda: _status(port) or process.poll() is not None, what="the service answers")
        assert process.poll() is None
        assert _status(port) == 200
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode in {0, -signal.SIGTERM}
