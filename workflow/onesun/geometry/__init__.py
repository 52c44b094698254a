"""Where things are: the common grid, the sphere, pointing, the one resampling and the optics."""
