"""What is done now and then to a registry: old versions are removed, and everything is looked at."""
