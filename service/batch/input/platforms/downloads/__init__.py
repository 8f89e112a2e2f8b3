"""What services hand out to users who ask for their own data."""
