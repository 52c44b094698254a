"""The errors OneSun raises on purpose: one sentence each, meant for the person at the keyboard."""


class OneSunError(Exception):
    """Something outside the code is wrong; the message says what, where, and what was expected.

    ``exit_code`` is that of the command that ends by it.
    """

    exit_code = 2


class ConfigError(OneSunError):
    """A configuration value is unusable."""


class UntrustedFrameError(OneSunError):
    """A frame cannot be trusted; it is left out and listed with this message as its reason."""


class DamagedFrameError(UntrustedFrameError):
    """A file does not hold what was written into it; another copy of it may."""


class MissingKeywordError(UntrustedFrameError):
    """A header lacks a keyword that the instrument record requires."""


class DamagedProductError(OneSunError):
    """A file that OneSun wrote earlier is missing, incomplete or not what its manifest says."""


class OutputError(OneSunError):
    """What shall be written has no place where it is asked for."""


class ArchiveError(OneSunError):
    """An archive cannot be reached, or does not give what is needed."""
