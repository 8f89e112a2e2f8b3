"""What Alembic runs: the migrations, in the transaction that `service.store.migrate` began."""

from alembic import context

from service.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
