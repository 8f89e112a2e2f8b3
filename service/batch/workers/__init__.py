"""The work of a run spread over processes or a cluster, shard by shard."""
