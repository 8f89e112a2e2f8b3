"""Tries an installed Tipstaff from outside: serve, one HTTP call, one file scored, stop.

Usage: python smoke.py COMMAND [ARGUMENT...]; what is given stands for ``tipstaff``. Uses the standard library alone, so
that any Python can run it, away from the checkout.
"""

import csv
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

__all__ = ["main"]

LABELS = ("fine", "toxic", "hateful")
COMMENTS = {
    "thanks": "Thank you, that explains it very well.",
    "abuse": "You are a stupid worthless idiot, shut your filthy mouth.",
}
# The first start after an installation compiles the kernels.
START_SECONDS = 300
STOP_SECONDS = 30


def main(command: list[str]) -> None:
    """Runs every step and says what it found.

    Args:
        command: what stands for ``tipstaff``.

    Raises:
        SystemExit: a step failed; the message tells which.
    """
    with tempfile.TemporaryDirectory(prefix="smoke-") as name:
        folder = Path(name)
        # Whoever COMMAND runs as has to be able to read the comments and to write the scores.
        folder.chmod(0o777)
        started = time.monotonic()
        with serving(command, folder=folder) as base:
            print(f"ready after {time.monotonic() - started:.1f} s")
            check_http(base)
            check_docs(base)
        check_file(command, folder=folder)


@contextmanager
def serving(command: list[str], *, folder: Path) -> Iterator[str]:
    """Runs the service on a free port and yields its base URL once it is ready; leaves no process behind."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "serve.log"
    with log.open("wb") as out:
        service = subprocess.Popen(
            [*command, "serve", "--host", "127.0.0.1", "--port", str(port)], stdout=out, stderr=out, start_new_session=True
        )
    try:
        base = f"http://127.0.0.1:{port}"
        wait_until_ready(base, service)
        yield base
        service.send_signal(signal.SIGTERM)
        code = service.wait(STOP_SECONDS)
        if code not in (0, -signal.SIGTERM, 128 + signal.SIGTERM):
            raise SystemExit(f"smoke: serve ended with exit status {code}")
        if group_lives(service.pid):
            raise SystemExit("smoke: serve left a process behind")
    except BaseException:
        sys.stderr.write(log.read_text(errors="replace"))
        raise
    finally:
        if group_lives(service.pid):
            os.killpg(service.pid, signal.SIGKILL)
        service.wait()


def wait_until_ready(base: str, service: subprocess.Popen[bytes]) -> None:
    """Returns when /readyz says so; ends the run if the service died or took too long."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if service.poll() is not None:
            raise SystemExit(f"smoke: serve ended at once, with exit status {service.returncode}")
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=5) as answer:
                if answer.status == HTTPStatus.OK:
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"smoke: serve was not ready after {START_SECONDS} s")


def group_lives(group: int) -> bool:
    """Whether a process of the group is still there."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def check_http(base: str) -> None:
    """Has two comments judged by POST /v1/moderate."""
    body = {"comments": [{"id": key, "text": text} for key, text in COMMENTS.items()]}
    request = urllib.request.Request(
        f"{base}/v1/moderate", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        decisions = json.load(answer)["decisions"]
    check([(one["id"], one["label"], [one["scores"][label] for label in LABELS]) for one in decisions], what="POST /v1/moderate")


def check_docs(base: str) -> None:
    """Loads /docs and each file that it names."""
    with urllib.request.urlopen(f"{base}/docs", timeout=30) as answer:
        addresses = re.findall(r'(?:src|href)="(docs/[^"]+)"', answer.read().decode())
    sizes = {}
    for address in addresses:
        with urllib.request.urlopen(f"{base}/{address}", timeout=30) as answer:
            sizes[address.partition("?")[0]] = len(answer.read())
    print(f"GET /docs: {sizes}")
    if len(sizes) < 4 or not all(sizes.values()):
        raise SystemExit("smoke: /docs lacks files")


def check_file(command: list[str], *, folder: Path) -> None:
    """Has a file of the same comments scored by ``tipstaff score``."""
    source, out = folder / "comments.jsonl", folder / "scores.csv"
    source.write_text("".join(json.dumps({"id": key, "text": text}) + "\n" for key, text in COMMENTS.items()))
    subprocess.run([*command, "score", str(source), "-o", str(out)], check=True, timeout=START_SECONDS)
    with out.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    check([(row["id"], row["label"], [float(row[label]) for label in LABELS]) for row in rows], what="tipstaff score")


def check(judged: list[tuple[str, str, list[float]]], *, what: str) -> None:
    """Ends the run unless every comment has its judgement, in order, and the judgements make sense."""
    print(f"{what}: {judged}")
    sound = [key for key, _, _ in judged] == list(COMMENTS) and all(abs(sum(scores) - 1) < 0.01 for _, _, scores in judged)
    if not sound or judged[0][1] != "fine" or judged[1][1] not in LABELS[1:]:
        raise SystemExit(f"smoke: {what} did not judge as it should")


if __name__ == "__main__":
    main(sys.argv[1:])
