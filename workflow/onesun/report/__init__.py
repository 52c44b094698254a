"""What people read in the end: one page with the tables, the figures and the fields themselves."""
