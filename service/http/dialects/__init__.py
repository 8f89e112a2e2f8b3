"""The protocols of other services, one module or package each: they turn calls into comments and judgements into answers."""
