"""A door into a private network: a socket outside leads to a port inside. This file is also the program that hands connections on."""

import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.private_network import PrivateNetwork
from tests.waiting import wait_until

__all__ = ["open_door"]

_BYTES = 65536


@contextmanager
def open_door(network: PrivateNetwork, port: int) -> Iterator[Path]:
    """Have a socket for as long as the context lasts; whoever connects to it talks to the port in the network."""
    # A short path, because a socket's may have 107 bytes.
    with tempfile.TemporaryDirectory(prefix="tipstaff-net-") as folder:
        path = Path(folder) / "socket"
        keeper = subprocess.Popen([*network.prefix, sys.executable, "-m", __spec__.name, str(path), str(port)])
        try:
            wait_until(lambda: path.exists() or keeper.poll() is not None, what="there is a way into the network")
            assert keeper.poll() is None
            yield path
        finally:
            keeper.kill()
            keeper.wait(60)


def _hand_on_all(path: str, port: int) -> None:
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
    _hand_on_all(sys.argv[1], int(sys.argv[2]))
