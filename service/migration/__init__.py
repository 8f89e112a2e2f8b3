"""What changes for a caller of Perspective, Akismet or OpenAI that moves over: what it asks for, and what it gets here."""
