"""A benchmark: frozen months of frames, by which any method is judged through the same door."""
