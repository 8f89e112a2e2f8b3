"""The servers on real sockets, and Node, with which the tests of the service work too."""

from tests.service.http.conftest import app, make_key, moderator, node, python, running, running_unloaded, serve, settings, store

__all__ = ["app", "make_key", "moderator", "node", "python", "running", "running_unloaded", "serve", "settings", "store"]
