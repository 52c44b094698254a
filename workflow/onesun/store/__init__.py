"""The patch store: one Zarr store per pair and month, every frame cut into patches."""
