"""From a file and its instrument record to a Magnetogram; nothing later asks which instrument."""

from onesun.reading.read import read

__all__ = ["read"]
