"""What a network's error is worth: its calibration, and its coverage of the target's readings."""
