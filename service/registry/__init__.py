"""The versions of a site's model: where they lie, which of them is in force, and what each was made from."""
