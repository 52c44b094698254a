"""Where raw frames come from: what the rules about them ask.

Goes in: the configuration, instrument records.
Comes out: no file, but functions: who keeps an instrument's files, what is wanted of a month, and
whether its files stay.
"""

from onesun.archive.wanted import requests
from onesun.instruments import load

# Files of an archive may go once they are aligned; those of the sample and one's own always stay.
PASSING = CONFIG["source"]["kind"] == "archive" and not CONFIG["archive"]["keep"]


def keeper(wildcards):
    """The archive that keeps an instrument's files."""
    return load(wildcards.instrument).archive


def downloads(archive):
    """Function of wildcards: the number of places at an archive that a download takes, 1 or 0."""
    return lambda wildcards: int(keeper(wildcards) == archive)


def request(wildcards):
    """What is wanted of an instrument in a month, as a section of settings."""
    return {"request": requests(CONFIG, wildcards.instrument, wildcards.month)}


def chosen(wildcards):
    """What of the section "archive" decides which files are taken; the rest is how to get them."""
    keys = ("products", "sites") if keeper(wildcards) == "nso" else ()
    return {key: CONFIG["archive"]["nso"][key] for key in keys}


def passing(path):
    """``path``, removed after its last use where raw files do not stay."""
    return temp(path) if PASSING else path


def folder_of(role):
    """Function of wildcards: the folder of a pair's raw files, where it is removed after its use.

    Of outputs that are used up, Snakemake has to know all.
    """
    pattern = "results/raw/{instrument}/{month}"
    return lambda wildcards: [of_pair(role, pattern)(wildcards)] if PASSING else []
