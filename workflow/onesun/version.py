"""The version of the package, by itself: what labels a product needs nothing else of it."""

__version__ = "0.1.0"
