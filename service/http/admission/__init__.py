"""Who may call and how often, and when the service is too busy to take a call."""
