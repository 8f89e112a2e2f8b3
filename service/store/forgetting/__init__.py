"""Removes comments from every table of the database and every file of rulings that it knows of, and proves that they are gone."""
