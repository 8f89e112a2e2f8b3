"""The commands about what a service keeps in its database: keys, rulings, and the store itself."""
