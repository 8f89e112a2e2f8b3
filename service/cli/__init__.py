"""The command ``tipstaff``: one module for each of its subcommands."""
