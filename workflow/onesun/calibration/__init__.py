"""Weighted regression of the input on the target, input = a + b * target (paper, section 3.1)."""
