"""Takes in rulings that were made elsewhere."""
