"""The Joint Science Operations Center: MDI and HMI, through drms."""

from onesun.archive.jsoc.listing import month_listing

__all__ = ["month_listing"]
