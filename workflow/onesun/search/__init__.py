"""The partial grid search for the loss's weights (paper, section 6.3)."""
