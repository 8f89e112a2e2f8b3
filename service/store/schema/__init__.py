"""The tables of the database, and the migrations that bring a database to them."""
