"""Forums, blogs, pages and reviews, each with the shape of its dumps."""
