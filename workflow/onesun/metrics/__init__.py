"""Statistics that merge: months run anywhere, in any order, and add up to the same table."""
