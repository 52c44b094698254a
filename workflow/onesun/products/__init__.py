"""What stages hand to each other: raw and aligned frames, predictions, selections, splits."""
