"""Discourse's webhooks, and the flags that are set through its API."""
