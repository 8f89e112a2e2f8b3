"""The commands about the versions of a model: `tipstaff models`."""
