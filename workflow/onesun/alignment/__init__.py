"""Alignment: pairs of frames on the common grid, registered, and interpolated only once."""
