"""One database, SQLite or another: opened, watched while it is open, and described in one line when it fails."""
