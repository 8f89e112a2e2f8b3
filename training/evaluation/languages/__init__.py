"""What an evaluation tells of the languages of the rows."""
