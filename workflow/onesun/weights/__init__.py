"""The weights that come with the package: taken from a run, scored on Suns left out, described."""
