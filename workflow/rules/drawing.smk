"""What the rules of figures share.

Goes in: the configuration.
Comes out: no file, but functions: a figure's settings, its PNG as the report shows it, and the measures
that it shows.
"""


def figure_settings(figure, *sections, **parts):
    """As `settings`, with what every figure and this one are drawn by."""
    section = {name: CONFIG["figures"][name] for name in ("style", figure)}
    return settings(*sections, figures=section, **parts)


def figure_png(name, title):
    """A figure, which the report shows with a caption of its own."""
    caption = f"../report/{name[:4]}.rst"
    path, labels = f"results/figures/{name}.png", {"figure": title}
    return report(path, caption=caption, category="Figures", labels=labels)


def measures_of(methods, *pairs):
    """The measures of methods on pairs in the test months."""
    pattern = "results/measures/{pair}/{method}/{month}.json"
    months = [path for pair in pairs for path in monthly(pattern, pair, "test")]
    return expand(months, method=methods)
