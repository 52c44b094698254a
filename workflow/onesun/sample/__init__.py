"""The embedded sample: three real HMI frames, and what MDI and GONG would have recorded of them."""
