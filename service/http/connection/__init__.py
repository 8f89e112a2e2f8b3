"""The connections of clients: the protocol below HTTP calls, and the limits on it."""
