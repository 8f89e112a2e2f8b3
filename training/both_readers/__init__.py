"""What two readers make of a comment together: long comments, and what the cascade loses."""
