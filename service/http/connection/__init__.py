"""The server's side of a connection: sockets, requests and bodies."""
