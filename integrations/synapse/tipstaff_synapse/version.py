"""The release, which is that of the service."""

__all__ = ["__version__"]

__version__ = "0.1.0"
