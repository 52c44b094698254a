"""What the kinds of methods have in common, for those who need no method itself."""

# Kinds that know the target of the frames that they are judged by, and how: references, which no
# table may show as predictions.
REFERENCES = {
    "wiener": "is fitted to the target of the test months",
    "ceiling": "is made of the target",
}
# Kinds that need ``onesun fit`` on training and validation months before they can predict.
FITTED = ("equated", "ridge")
# Kinds that ``onesun fit`` fits to test months: bounds.
FITTED_TO_TEST = ("wiener",)
