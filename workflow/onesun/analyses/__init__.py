"""Analyses beside the paper's tables: what limits a conversion, and whether its output joins on."""
