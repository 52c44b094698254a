"""A stand-in for the archives: JSOC's and NSO's protocols on loopback, with faults on demand."""
