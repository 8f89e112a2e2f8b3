"""Comments of our own, by kind: those that the shipped model learns from and, in the same form, those that only test it."""
