"""The wheel that a package of ours becomes."""

import email
import subprocess
import sys
import zipfile
from email.message import Message
from pathlib import Path

__all__ = ["build_wheel"]


def build_wheel(package: Path, folder: Path) -> tuple[set[str], Message]:
    """Makes a wheel of a package in a checkout.

    Args:
        package: the folder of the package.
        folder: an empty folder for the wheel.

    Returns:
        The names of the files in the wheel, and its metadata.
    """
    hatchling = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(hatchling, cwd=package, check=True, capture_output=True, text=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        return names, email.message_from_bytes(archive.read(next(name for name in names if name.endswith("METADATA"))))
