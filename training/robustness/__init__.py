"""How a classifier withstands attacks on spelling and length."""
