"""The language packs that Tipstaff ships, in ``packs``, one folder for each language, and the arrays that they share, in ``shared``."""
