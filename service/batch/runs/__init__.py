"""One run of ``tipstaff score``: what identifies it, how its shards are scored, how far it is, and how it is finished."""
