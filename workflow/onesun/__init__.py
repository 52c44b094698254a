"""OneSun: MDI and GONG line-of-sight magnetograms as HMI would have seen them."""

__version__ = "0.1.0"
