"""What the service keeps: keys, rulings, and calls to other systems that are still to be made.

Open it once and hand it on; every call blocks, so the event loop leaves it to a thread::

    store = open_store(settings)                     # service.store.store; brings the tables up to date
    record, secret = store.keys.create("forum", [Scope.SCORE])
    ruling = store.rulings.record(Ruling(...))       # returns after the commit
    store.outbox.enqueue("discourse.flag", {...}, idempotency="post 7")

    with KeyRing(store.keys) as ring:                # service.store.keyring; for whoever lets calls in
        key = ring.find(secret)                      # from memory, in microseconds

Whatever the database does wrong is a StoreError; what the caller does wrong is an InputError. `service.store.stored_types` holds
the types, and may be imported without SQLAlchemy.
"""
