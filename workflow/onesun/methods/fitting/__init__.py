"""Methods that are fitted by counting, not trained: the ladder that a network has to climb."""
