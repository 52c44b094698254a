"""Training: patches in, the weights that validate best and their card out."""
