"""What the service stores: keys, acts of ruling, and calls to other systems that are still to be made.

Open the store once and pass it on. Every call blocks, so the event loop leaves it to a thread::

    store = open_store(settings)                     # service.store.store; brings the tables up to date
    key, secret = store.keys.create("forum", [Scope.SCORE])
    recorded = store.rulings.record(Act(...))        # returns after the commit
    for ruling in store.rulings.effective(): ...     # what is in force about each comment, with who agrees and who contests
    store.outbox.enqueue("discourse.flag", {...}, idempotency="post 7")

    with KeyRing(store.keys) as ring:                # service.store.keyring; to let calls in
        key = ring.find(secret)                      # from memory, in microseconds

A failure of the database is a StoreError, a mistake of the caller an InputError. `service.store.stored_types` and
`service.store.rulings.act` hold the types and may be imported without SQLAlchemy; `service.store.schema` holds the tables, their migrations
and the views.
"""
