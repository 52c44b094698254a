"""Scores of predictions by the header's pointing, and after registration to the target."""
