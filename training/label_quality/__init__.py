"""Which labels of a table are doubted: by a model that has not seen them, by near rows, and by copies that contradict them."""
