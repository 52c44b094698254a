"""Analyses: what limits a conversion, and whether what comes out can be joined to the target.

Goes in: what each analysis ends with, see the rule files analyses_*.smk.
Comes out: results/analyses/{analysis}/{pair}.csv and, to be read by people, the same as .md;
results/figures/{analysis}-{pair}.png, the same as .pdf, and its caption .md.
"""

# The analyses that `snakemake analyses` makes, and of which pairs. Rule files that are included after
# this one add theirs.
ANALYSES = {name: list(PAIRS) for name in ("null", "calibration", "continuity")}


rule analyses:
    """Stage: every analysis of every pair, its table and its figure."""
    input:
        lambda wildcards: [
            path
            for analysis, pairs in ANALYSES.items()
            for pair in pairs
            for path in (
                f"results/analyses/{analysis}/{pair}.csv",
                f"results/figures/{analysis}-{pair}.png",
            )
        ],
