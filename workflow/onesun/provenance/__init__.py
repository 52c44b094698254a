"""What a result comes from besides its inputs and settings: code, and instrument records."""

from onesun.provenance.code import code_version, entry_of, modules
from onesun.provenance.records import record_parts

__all__ = ["code_version", "entry_of", "modules", "record_parts"]
