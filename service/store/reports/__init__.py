"""What operators want to know about rulings, without the texts of comments."""
