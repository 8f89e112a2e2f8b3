"""How much a call asks for, by whom, and until when: large calls are judged in threads that callers share."""
