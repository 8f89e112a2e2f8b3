"""The protocols of other services, one module each: wire in, comments; decisions, wire out; nothing else."""
