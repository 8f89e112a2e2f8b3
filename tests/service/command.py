"""How tests start the command ``tipstaff`` in a process of its own."""

import sys
from pathlib import Path

__all__ = ["COMMAND", "ROOT"]

ROOT = Path(__file__).parents[2]

_PROGRAM = """
import signal
from service.cli.main import main
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""

COMMAND = [sys.executable, "-c", _PROGRAM]
"""The command. Ctrl-C ends it, even where the tests run with that signal ignored (under ``nohup``), which children inherit."""
