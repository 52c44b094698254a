"""The paper's figures, one file each; what they share is in ``style``."""
