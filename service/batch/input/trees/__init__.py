"""Trees: records that hold other records, and names of fields inside of fields."""
