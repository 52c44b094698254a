"""The command line: one sub-command per stage, and a few for looking at files."""

from onesun.cli.app import main

__all__ = ["main"]
