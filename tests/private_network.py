"""A network of its own, in which names such as rest.akismet.com lead to this machine and port 443 is free, as on a machine set up for it.

What is changed there, ``/etc/hosts`` and the trusted certificates included, is seen by the processes that are started there, by nobody
else, and is gone with the network. Nothing that runs there can reach another machine.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

_UNSHARE = ["unshare", "--mount", "--net"]
# Makes the caller root in there, where it is not already.
_BY_ANYBODY = ["--user", "--map-root-user"]
# The loopback device of a new network is down; 0x8914 sets an interface's flags, of which 1 means up.
_BEGIN = """
import fcntl, socket, struct, subprocess, sys
with socket.socket() as anything:
    fcntl.ioctl(anything, 0x8914, struct.pack("16sh14x", b"lo", 1))
for source, target in zip(sys.argv[1::2], sys.argv[2::2]):
    subprocess.run(["mount", "--bind", source, target], check=True)
print("begun", flush=True)
sys.stdin.read()
"""


class PrivateNetwork:
    """A network without a way out, and a view of the files in which some are replaced."""

    def __init__(self, pid: int) -> None:
        owner = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        self.prefix: Sequence[str] = ["nsenter", "--target", str(pid), "--mount", "--net", *owner, f"--wd={Path.cwd()}"]
        """What to put before a command so that it runs there."""

    def run(self, command: Sequence[str], *, cwd: Path, env: dict[str, str] | None = None) -> str:
        """Run a command there, in a folder, and return what it printed.

        Raises:
            AssertionError: it failed; the message is what it printed about that.
        """
        prefix = [*self.prefix[:-1], f"--wd={cwd}"]
        process = subprocess.run([*prefix, *command], env=env, capture_output=True, text=True, timeout=240, check=False)
        assert process.returncode == 0, process.stderr + process.stdout
        return process.stdout


@contextmanager
def private_network(folder: Path, hosts: str) -> Iterator[PrivateNetwork]:
    """Have a private network for as long as the context lasts; the test is skipped where the machine does not allow one.

    Args:
        folder: an empty folder for what is seen there instead of the machine's own files.
        hosts: lines of ``/etc/hosts``, beside that of localhost.
    """
    (folder / "hosts").write_text(f"127.0.0.1 localhost\n{hosts}\n", encoding="utf-8")
    (folder / "added").mkdir()
    shutil.copytree("/etc/ssl/certs", folder / "trusted", symlinks=True)
    seen = {"hosts": "/etc/hosts", "trusted": "/etc/ssl/certs", "added": "/usr/local/share/ca-certificates"}
    mounts = [text for name, target in seen.items() for text in (str(folder / name), target)]
    unshare = _UNSHARE if os.geteuid() == 0 else [*_UNSHARE, *_BY_ANYBODY]
    command = [*unshare, "python3", "-c", _BEGIN, *mounts]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as keeper:
        assert keeper.stdout is not None
        if (said := keeper.stdout.readline()) != "begun\n":
            pytest.skip(f"this machine allows no network of a test's own: {said.strip()}")
        yield PrivateNetwork(keeper.pid)
        # The end of what it reads ends the keeper; the network ends with the last process in it.
