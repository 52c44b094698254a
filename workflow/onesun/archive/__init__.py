"""The public archives, JSOC and NSO: what they hold of a month, and bringing it here whole."""
