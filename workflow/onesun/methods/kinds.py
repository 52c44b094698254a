"""What the kinds of methods have in common, for those who need no method itself."""

# Kinds whose method reads the target: references, which no table may show as predictions.
REFERENCES = ("ceiling",)
# Kinds that need ``onesun fit`` before they can predict.
FITTED = ("equated", "ridge")
