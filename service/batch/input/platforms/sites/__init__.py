"""Comments below pages, forums and reviews: the software that sites run for them, each with the shape of its dumps."""
