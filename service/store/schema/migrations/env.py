"""The script that Alembic runs: it applies the migrations in the transaction that `service.store.schema.migrate` began."""

from alembic import context

from service.store.schema.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
