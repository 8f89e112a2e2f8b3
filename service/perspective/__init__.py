"""How the scores of Tipstaff relate to those of the Perspective API."""
