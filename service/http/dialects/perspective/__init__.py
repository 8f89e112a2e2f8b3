"""Perspective (``commentanalyzer`` v1alpha1): ``comments:analyze``, ``comments:suggestscore``, ``batch``, and its discovery document."""

from service.http.dialects.perspective.endpoints import PERSPECTIVE

__all__ = ["PERSPECTIVE"]
