"""The rules of the gate, each a function from what was measured to a line of the report."""
