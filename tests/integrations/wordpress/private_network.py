"""A network of a test's own, in which /etc/hosts is another: names lead to this machine, and the usual ports are free.

The same file is the program that holds the network: it brings the loopback device up, and hands on connections that come by a socket.
"""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from tests.waiting import wait_until

__all__ = ["PrivateNetwork"]

_GET_FLAGS, _SET_FLAGS, _IS_UP = 0x8913, 0x8914, 1
_SECONDS = 60
_BYTES = 65536


class PrivateNetwork:
    """The network, for as long as the context lasts.

    Args:
        hosts: the lines of its /etc/hosts, beside that of localhost.
        port: the port in it that can be reached from outside, by `socket`.

    Attributes:
        socket: a path; whoever connects to it talks to the port.
        refusal: why there is no such network, in words; None if there is one.
    """

    def __init__(self, hosts: str, *, port: int) -> None:
        # A short path, because a socket's may have 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="tipstaff-net-"))
        self.socket = self._folder / "socket"
        (self._folder / "hosts").write_text(f"127.0.0.1 localhost\n{hosts}\n")
        as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
        command = [
            "unshare",
            *as_root,
            "--mount",
            "--net",
            sys.executable,
            __file__,
            str(self._folder / "hosts"),
            str(self.socket),
            str(port),
        ]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
        with (self._folder / "log").open("wb") as log:
            self._holder = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        wait_until(lambda: self.socket.exists() or self._holder.poll() is not None, what="the network is there", seconds=_SECONDS)
        log_text = (self._folder / "log").read_text().strip()
        self.refusal = f"no private network may be made here: {log_text}" if self._holder.poll() is not None else None

    @property
    def prefix(self) -> list[str]:
        """What has to stand before a command that is to run in the network."""
        return ["nsenter", f"--target={self._holder.pid}", "--mount", "--net", *([] if os.geteuid() == 0 else ["--user"]), "--"]

    def __enter__(self) -> "PrivateNetwork":
        """Return the network."""
        return self

    def __exit__(self, *_error: object) -> None:
        """End it; what runs in it has to be ended before."""
        self._holder.kill()
        self._holder.wait(timeout=_SECONDS)
        shutil.rmtree(self._folder)


def _hold(hosts: str, path: str, port: int) -> None:
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = bytearray(struct.pack("16sh22x", b"lo", 0))
        fcntl.ioctl(control, _GET_FLAGS, request)
        flags = struct.unpack_from("h", request, 16)[0] | _IS_UP
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh22x", b"lo", flags))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        while True:
            threading.Thread(target=_hand_on, args=(listener.accept()[0], port), daemon=True).start()


def _hand_on(outer: socket.socket, port: int) -> None:
    with outer, socket.create_connection(("127.0.0.1", port)) as inner:
        back = threading.Thread(target=_copy, args=(inner, outer), daemon=True)
        back.start()
        _copy(outer, inner)
        back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(_BYTES):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:  # the other end is gone
        pass


if __name__ == "__main__":
    _hold(sys.argv[1], sys.argv[2], int(sys.argv[3]))
