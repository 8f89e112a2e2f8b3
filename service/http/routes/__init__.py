"""The service's own endpoints."""
