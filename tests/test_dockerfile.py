"""The Dockerfile does what it says, proved without an engine: its commands are run in a scratch folder.

Each path of the image is mapped below that folder. Docker's own work (users, layers, a read-only root) is done with what
the host has: `setpriv` where the tests run as root, and file modes.
"""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

import pytest

# An image takes more than a minute to build, and what it is built of is tested by day.
pytestmark = pytest.mark.nightly

ROOT = Path(__file__).parents[1]
# Every path of the image that an instruction may name.
IMAGE_PATH = re.compile(r"(?<![\w./])/(?=(?:opt|src|data)\b)")
ANY_PATH = re.compile(r"(?<![\w./])/[a-z]+")
# What of the host's environment a build needs: where packages come from and what to trust.
HOST_VARIABLES = re.compile(r"(PIP|SSL|REQUESTS|CURL)_\w+|\w+_proxy|\w+_PROXY|HOME|LANG|TMPDIR")

OTHER_HOST = """
import os, sys
import llvmlite.binding
llvmlite.binding.get_host_cpu_name = lambda: "nehalem"

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT

def note(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[2] & WRITES or event in ("os.mkdir", "os.rename"):
        os.write(log, f"{os.path.abspath(arguments[0])}\\n".encode())

log = os.open(os.environ["WRITE_LOG"], os.O_WRONLY | os.O_APPEND)
sys.addaudithook(note)
"""

COUNT = """
import sys
stats = [value.stats for name, room in list(sys.modules.items()) if name.startswith("model.")
         for value in vars(room).values() if hasattr(value, "overloads")]
print(sum(sum(one.cache_hits.values()) for one in stats), sum(sum(one.cache_misses.values()) for one in stats))
"""
ALL_KERNELS = (
    "from model.language.identifier import Identifier; from model.moderator import Moderator; "
    "Moderator.load().warm(); Identifier.load().warm()" + COUNT
)
# Enough for the control, which has to compile what it loads.
ONE_KERNEL = "from model.normaliser.lexicon import load_lexicon; load_lexicon()" + COUNT


def instructions(text: str) -> list[tuple[str, str]]:
    """Splits a Dockerfile into its instructions: (name, the rest)."""
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    logical = re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines()
    return [(name.upper(), rest.strip()) for name, _, rest in (line.strip().partition(" ") for line in logical) if name]


def words(rest: str) -> list[str]:
    """Reads the exec form of an instruction."""
    read = json.loads(rest)
    assert isinstance(read, list)
    return [str(word) for word in read]


@dataclass
class Image:
    """What the instructions of one stage add up to."""

    environment: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    entry: dict[str, list[str]] = field(default_factory=dict)


class Builder:
    """Carries out a Dockerfile below a scratch folder.

    Args:
        scratch: an empty folder; ``scratch/root`` is always the root of the stage at hand, so that paths stay the same
            from stage to stage, as they do in an image.
        python: what the base image calls ``python``.
    """

    def __init__(self, scratch: Path, *, python: str) -> None:
        self.root = scratch / "root"
        self.stages: dict[str, tuple[Image, Path]] = {}
        self.image = Image()
        self._kept = scratch / "stages"
        self._name = ""
        tools = scratch / "tools"
        tools.mkdir()
        (tools / "python").write_text(f'#!/bin/sh\nexec "{Path(python).resolve()}" "$@"\n')
        (tools / "python").chmod(0o755)
        self._path = f"{tools}:/usr/local/bin:/usr/bin:/bin"

    def build(self, text: str) -> Image:
        """Carries out every instruction and returns the image of the last stage."""
        for name, rest in instructions(text):
            getattr(self, f"_{name.lower()}")(rest)
        return self.image

    def inside(self, text: str) -> str:
        """Maps the paths of the image in a text to where they lie below the scratch folder."""
        unknown = set(ANY_PATH.findall(text)) - {"/opt", "/src", "/data"}
        assert not unknown, f"the test does not know where to put {unknown}"
        return IMAGE_PATH.sub(f"{self.root}/", text)

    def _arg(self, rest: str) -> None:
        assert not self._name, "arguments within a stage are not understood"

    def _from(self, rest: str) -> None:
        if self._name:
            self._kept.mkdir(exist_ok=True)
            self.stages[self._name] = (self.image, self.root.rename(self._kept / self._name))
        source, _, self._name = rest.partition(" AS ")
        self._name = self._name or "last"
        before, tree = self.stages.get(source, (Image(environment={"PATH": self._path}), None))
        self.image = Image(environment=dict(before.environment), folder=before.folder)
        if tree:
            shutil.copytree(tree, self.root, symlinks=True)
        else:
            self.root.mkdir()

    def _env(self, rest: str) -> None:
        for name, value in re.findall(r'(\w+)=("[^"]*"|\S*)', rest):
            plain = re.sub(r"\$(\w+)", lambda found: self.image.environment[found[1]], value.strip('"'))
            self.image.environment[name] = self.inside(plain) if name != "PATH" else self._with_path(value)

    def _with_path(self, value: str) -> str:
        return self.inside(value.removesuffix(":$PATH")) + ":" + self.image.environment["PATH"]

    def _workdir(self, rest: str) -> None:
        self.image.folder = rest
        Path(self.inside(rest)).mkdir(parents=True, exist_ok=True)

    def _user(self, rest: str) -> None:
        """Changes nothing here: who runs the container is `unprivileged`'s to say."""

    def _copy(self, rest: str) -> None:
        *sources, target = rest.split()
        tree = ROOT
        if sources[0].startswith("--from="):
            tree = self.stages[sources.pop(0).removeprefix("--from=")][1]
        else:
            assert not any(source.startswith("-") for source in sources)
            assert not [source for source in sources if ignored(source)], "the Dockerfile copies what .dockerignore keeps out"
        into = Path(self.inside(target)) if target.startswith("/") else Path(self.inside(self.image.folder), target)
        for source in sources:
            start = tree / source.lstrip("/")
            if start.is_dir() and tree == ROOT:
                shutil.copytree(start, into, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
            elif start.is_dir():
                shutil.copytree(start, into, symlinks=True, copy_function=os.link)
            else:
                into.mkdir(parents=True, exist_ok=True)
                shutil.copy(start, into)

    def _run(self, rest: str) -> None:
        command = re.sub(r"--mount=\S+\s+", "", rest)
        host = {name: value for name, value in os.environ.items() if HOST_VARIABLES.fullmatch(name)}
        subprocess.run(
            ["/bin/sh", "-c", self.inside(command)], cwd=self.inside(self.image.folder), env=host | self.image.environment, check=True
        )

    def _healthcheck(self, rest: str) -> None:
        self.image.entry["health"] = words(rest.partition("CMD ")[2])

    def _entrypoint(self, rest: str) -> None:
        self.image.entry["entrypoint"] = words(rest)

    def _cmd(self, rest: str) -> None:
        self.image.entry["cmd"] = words(rest)

    def _volume(self, rest: str) -> None:
        assert rest == "/data"

    def _expose(self, rest: str) -> None:
        assert rest == "8000"


def ignored(name: str) -> bool:
    """Whether .dockerignore keeps a path out of the build."""
    out = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#") and fnmatch(name, line.removeprefix("!")):
            out = not line.startswith("!")
    return out


@dataclass(frozen=True)
class Container:
    """The built image on a read-only root, on a host with another CPU."""

    image: Image
    root: Path
    write_log: Path
    switch: tuple[str, ...]

    def command(self, *words: str, **environment: str) -> list[str]:
        """Returns what runs a command of the image as its user, with its environment alone."""
        extra = {"PYTHONPATH": str(self.write_log.parent), "WRITE_LOG": str(self.write_log), "CI": "1"}
        variables = self.image.environment | extra | environment
        return [*self.switch, "env", "-i", *(f"{name}={value}" for name, value in variables.items()), *words]

    def run(self, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Runs a command of the image to its end, in its working folder."""
        folder = self.root / self.image.folder.lstrip("/")
        return subprocess.run(self.command(*words, **environment), cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def container() -> Iterator[Container]:
    """Builds the image once, then takes the right to write from everything but /data."""
    scratch = Path(tempfile.mkdtemp(prefix="tipstaff-image-"))
    scratch.chmod(0o755)
    try:
        text = (ROOT / "Dockerfile").read_text()
        python, switch = unprivileged(dict(instructions(text))["USER"])
        builder = Builder(scratch, python=python)
        image = builder.build(text)
        host = scratch / "other-host"
        host.mkdir()
        (host / "sitecustomize.py").write_text(OTHER_HOST)
        log = host / "writes.log"
        log.touch()
        log.chmod(0o666)
        data = builder.root / "data"
        mode = stat.S_IMODE(data.stat().st_mode)
        subprocess.run(["chmod", "-R", "a-w", builder.root], check=True)
        data.chmod(mode)
        yield Container(image, builder.root, log, switch)
    finally:
        subprocess.run(["find", scratch, "-type", "d", "-exec", "chmod", "u+w", "{}", "+"], check=True)
        subprocess.run(["rm", "-rf", scratch], check=True)


def unprivileged(user: str) -> tuple[str, tuple[str, ...]]:
    """Returns a Python to build with, and the start of a command that runs the rest as the image's user.

    Where every Python of the host is closed to other users, root's own user without its capabilities has to do.
    """
    here: str = sys._base_executable  # type: ignore[attr-defined]
    if os.geteuid():
        return here, ()
    none = ("setpriv", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all")
    uid, gid = user.split(":")
    other = (*none, f"--reuid={uid}", f"--regid={gid}", "env")
    enough = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))"
    for python in (here, "/usr/bin/python3"):
        if subprocess.run([*other, python, "-c", enough], capture_output=True, check=False).returncode == 0:
            return python, other
    return here, none


def test_user_is_a_number() -> None:
    """The image names its user by a number other than root's, as admission rules of clusters demand."""
    user = [rest for name, rest in instructions((ROOT / "Dockerfile").read_text()) if name == "USER"]

    assert len(user) == 1
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user[0])


def test_base_is_pinned() -> None:
    """The base image is one exact release."""
    (argument,) = [rest for name, rest in instructions((ROOT / "Dockerfile").read_text()) if name == "ARG"]

    assert re.fullmatch(r"PYTHON_IMAGE=python:3\.\d+\.\d+-slim-\w+(@sha256:[0-9a-f]{64})?", argument)


@pytest.mark.slow
def test_root_is_read_only(container: Container) -> None:
    """Within the container no file can be written but below /data."""
    data, elsewhere = (str(container.root / place / "x") for place in ("data", "opt/tipstaff"))

    written = container.run("python", "-c", f"open({data!r}, 'w')")
    refused = container.run("python", "-c", f"open({elsewhere!r}, 'w')")

    assert written.returncode == 0, written.stderr
    assert "Permission denied" in refused.stderr
    assert {data, elsewhere} <= set(container.write_log.read_text().splitlines())


@pytest.mark.slow
def test_kernels_are_found_on_another_host(container: Container) -> None:
    """On a host with another CPU the compiled kernels are loaded, not compiled; the check itself can tell the two apart."""
    found = container.run("python", "-c", ALL_KERNELS)
    control = container.run("python", "-c", ONE_KERNEL, NUMBA_CPU_NAME="core2")

    assert found.returncode == 0, found.stderr
    hits, misses = map(int, found.stdout.split())
    assert hits > 0
    assert misses == 0
    assert int(control.stdout.split()[1]) > 0, control.stderr


@pytest.mark.slow
def test_serves_and_scores(container: Container) -> None:
    """The command of the image serves, answers and scores a file."""
    done = subprocess.run(
        [sys.executable, str(ROOT / ".ci/smoke.py"), *container.command(*container.image.entry["entrypoint"])],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_becomes_healthy_and_writes_only_data(container: Container) -> None:
    """What runs by default becomes healthy by its own health check and writes nothing outside /data."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    container.write_log.write_text("")
    entry = container.image.entry

    service = subprocess.Popen(
        container.command(*entry["entrypoint"], *entry["cmd"], TIPSTAFF_PORT=port), cwd=container.root / "data", start_new_session=True
    )
    try:
        until = time.monotonic() + 60
        while (checked := container.run(*entry["health"], TIPSTAFF_PORT=port)).returncode and time.monotonic() < until:
            assert service.poll() is None, "the service ended"
        service.send_signal(signal.SIGTERM)
        service.wait(30)
    finally:
        if service.poll() is None:
            os.killpg(service.pid, signal.SIGKILL)

    assert checked.returncode == 0, checked.stderr
    allowed = (str(container.root / "data"), "/dev/", "/proc/self/")
    assert [path for path in container.write_log.read_text().splitlines() if not path.startswith(allowed)] == []
