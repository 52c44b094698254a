"""What the kinds of methods have in common, for those who need no method itself."""

# What each is, in a line.
ABOUT = {
    "raw": "the input as it is, each pixel repeated",
    "bicubic": "upsampled, divided by the baseline's b (the paper's baseline)",
    "matched": "upsampled, by the line fitted at matched resolution (the fair baseline)",
    "equated": "upsampled, given the target's distribution over the training frames",
    "ridge": "a linear filter fitted to the training frames",
    "network": "a trained network",
    "wiener": "NO PREDICTION: the linear filter that is best on these very frames, which it was "
    "fitted to: the bound of linear filters",
    "ceiling": "NO PREDICTION: the target, blurred as the input is, without noise, upsampled",
}
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
