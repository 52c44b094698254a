"""``onesun sample``: fetch the real HMI frames, and simulate raw frames from them."""

from __future__ import annotations

from typing import Annotated

import typer

from onesun.cli.options import Folder, Frames, Instrument, Month, sections

app = typer.Typer(
    name="sample", no_args_is_help=True, help="The embedded sample: real HMI, simulated MDI, GONG."
)


@app.command()
def fetch(
    out: Folder,
    settings: Annotated[str, sections("sample")] = "{}",
    regions: Annotated[
        bool, typer.Option("--regions", help="Three active regions instead of the full disks.")
    ] = False,
) -> None:
    """Download the real HMI frames (41 MB, once) and unpack them."""
    from onesun.config import settings as section
    from onesun.sample import fetch as fetching
    from onesun.sample.limits import check

    sample = section(settings, "sample")["sample"]
    check(sample)
    if regions:
        fetching.fetch(out, fetching.REGIONS)
    else:
        fetching.fetch(out, fetching.SAMPLE, sample["regions"])


@app.command()
def simulate(
    instrument: Instrument,
    month: Month,
    frames: Frames,
    settings: Annotated[str, sections("sample")],
    out: Folder,
) -> None:
    """Write a month of raw files as the instrument's archive would hold them."""
    from onesun.config import settings as section
    from onesun.sample.simulate import simulate as simulate_month

    simulate_month(instrument, month, frames, section(settings, "sample")["sample"], out)


@app.command()
def series(
    instrument: Instrument,
    month: Month,
    frames: Frames,
    settings: Annotated[str, sections("sample", "series")],
    out: Folder,
) -> None:
    """Write a longer series of a month, in which HMI's signal follows its orbit."""
    from onesun.config import settings as section
    from onesun.sample.modulation import Modulation
    from onesun.sample.simulate import simulate as simulate_month

    sections = section(settings, "sample", "series")
    own = dict(sections["series"]["sample"])
    vary = Modulation(**own.pop("hmi_modulation"))
    simulate_month(instrument, month, frames, sections["sample"] | own, out, vary=vary)
