"""The columns of a table: which of them hold text, id, author and so on, by their names and by what is in them."""
