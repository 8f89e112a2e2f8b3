"""Language packs: what Tipstaff judges comments by that are not in English."""
