"""A user's own magnetogram in, an HMI-like magnetogram with errors out."""
