"""A region through time: its frames, its totals, HMI's noise and HMI's daily variability."""
