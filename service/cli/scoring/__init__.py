"""The command ``tipstaff score`` and its options."""
