"""NSO's archive of GONG: day listings of each site, and the best site for each ten minutes."""

from onesun.archive.nso.listing import month_listing

__all__ = ["month_listing"]
