"""Akismet: ``/1.1/comment-check``, ``submit-spam``, ``submit-ham``, and what its clients ask about a key."""

from service.http.dialects.akismet.akismet_routes import AKISMET

__all__ = ["AKISMET"]
