"""One full-disk MDI frame, FITS to FITS with errors, against the paper's network.

``onesun convert`` runs in a process of its own, loading included, for its seconds and its peak
memory. The paper's network then answers the same frame in one piece, in another process; only the
network is timed. The shares of the command, tile sizes and bfloat16 are measured within one
process. The frame is noise and one spot: what it shows does not matter to how long it takes.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

TILES = (64, 128, 256)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        frame = write_frame(folder / "mdi.fits")
        seconds, of_cores, gigabytes = command(frame, folder)
        print(
            f"onesun convert: {seconds:.1f} s ({of_cores:.1f} s of a core's time), "
            f"peak memory {gigabytes:.2f} GB, all included"
        )
        run("shares", frame)
        paper = run("paper", frame)
    print(f"the paper's network takes {float(paper) / seconds:.1f} times as long as the command")


def write_frame(path: Path) -> Path:
    """A frame as the archive has them, of noise and one spot."""
    from astropy.time import Time

    from onesun.geometry.pointing import Pointing
    from onesun.sample import headers, observers, write

    slot = Time("2010-10-15T00:00:00", scale="tai", precision=3)
    time_of = Time("2010-10-15T00:03:30", scale="tai", precision=3)
    orbit = observers.soho(time_of)
    detector = Pointing(511.6, 511.2, 1.986, 0.0, 960.0, 1.48e11, 0.0, 0.0)
    where = observers.pointed(detector, orbit.observer)
    field = 10 * np.random.default_rng(1).standard_normal((1024, 1024), dtype=np.float32)
    field[480:500, 480:500] += 1000
    field = write.crop_to_limb(field, where)
    header = headers.mdi_header(
        field, where, orbit, t_rec=slot, t_obs=time_of, interval=300, real_t_rec=slot
    )
    write.write_jsoc(path, field, header, write.MDI_STEP)
    return path


def command(frame: Path, folder: Path) -> tuple[float, float, float]:
    """Seconds of the command (the faster of two), seconds of a core's time, peak memory in GB.

    The core's time hardly depends on what else the machine has to do.
    """
    seconds = []
    for number in range(2):
        start = time.perf_counter()
        subprocess.run(
            [
                Path(sys.executable).parent / "onesun",
                "convert",
                frame,
                "--out",
                folder / f"{number}",
            ],
            check=True,
            capture_output=True,
        )
        seconds.append(time.perf_counter() - start)
    # Linux counts the peak in kB.
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return min(seconds), (used.ru_utime + used.ru_stime) / 2, used.ru_maxrss * 1024 / 1e9


def run(what: str, frame: Path) -> str:
    """Measure in a process of its own; the last line that it prints."""
    found = subprocess.run(
        [sys.executable, __file__, what, frame], check=True, capture_output=True, encoding="utf-8"
    )
    *told, last = found.stdout.splitlines()
    print("\n".join([*told, last] if what == "shares" else told))
    return last


def shares(frame: Path) -> None:
    """Reading, network by tile size and precision, writing."""
    import torch

    from onesun.conversion.convert import Options, convert_source, weights_for
    from onesun.conversion.source import of_file
    from onesun.conversion.write import write_planes
    from onesun.training.model import Model

    class InBfloat16(Model):
        def predict(self, *given, device):
            with torch.autocast("cpu", torch.bfloat16):
                return super().predict(*given, device=device)

    start = time.perf_counter()
    source = of_file(frame)
    print(f"  reading and doubts: {time.perf_counter() - start:.2f} s")
    weights = weights_for(source, Options())
    results = {}
    for tile in TILES:
        start = time.perf_counter()
        results[tile] = convert_source(source, weights, Options(tile=tile))
        print(f"  converting in tiles of {tile}: {time.perf_counter() - start:.2f} s")
    exact = results[TILES[-1]]
    start = time.perf_counter()
    rounded = convert_source(source, InBfloat16(**vars(weights)), Options(tile=TILES[-1]))
    seconds = time.perf_counter() - start
    off = 0.1 * np.abs(rounded.field - exact.field)[exact.mask == 0]
    print(
        f"  the same in tiles of {TILES[-1]} with bfloat16: {seconds:.2f} s, "
        f"{off.mean():.2f} G off, {off.max():.1f} G at most"
    )
    start = time.perf_counter()
    write_planes(frame.with_name("shares.fits"), exact)
    print(f"  writing: {time.perf_counter() - start:.2f} s")


def paper(frame: Path) -> None:
    """The paper's network on the whole frame at once, as its authors run it first."""
    import torch

    from onesun.networks import Calibration, build
    from onesun.reading import read

    field = np.nan_to_num(read(frame).field) / 3500
    settings = {"kind": "highresnet", "channels": 64, "blocks": 2, "kernel": 3, "dropout": 0.0}
    network = build(settings, 4, Calibration(0.0, 1.4, 3500.0)).eval()
    given = torch.from_numpy(np.stack([field, np.zeros_like(field)]))[None].float()
    start = time.perf_counter()
    with torch.inference_mode():
        network(given)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(f"the paper's network in one piece: {seconds:.1f} s, peak memory {peak:.2f} GB")
    print(seconds)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        {"shares": shares, "paper": paper}[sys.argv[1]](Path(sys.argv[2]))
    else:
        main()
