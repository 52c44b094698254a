"""Networks on two real pairs of MDI and HMI, which none is trained on, beside bicubic.

    python benchmarks/real_pairs.py [WEIGHTS...]

WEIGHTS are names or files as ``onesun convert --weights`` takes them; mdi-hmi, the package's, if
there are none. The pairs are crops of 256 x 256 pixels around AR 11101 and AR 11117, kept beside
the checkout in ../shared/real/pairs; without them there is nothing to do. They have no header. Both
sides are on about 0.73" a pixel (inferred), to which MDI was interpolated up, and lie about 0.4
solar radii from the disk centre (assumed: it decides on the radius that networks are given).

1. Both sides are crops of a disk as from 1 AU, their middle 0.4 R to the west. The one resampling
   of the alignment brings MDI to the input grid, averaged over its pixels of 2.02". That blurs it
   once more, which no result here is corrected for. Beyond the crop its outermost pixels continue.
2. The crop's MDI is also brought to the target grid of 0.504" as it is. HMI on that grid, blurred
   to 3.9" FWHM as MDI is, is registered to it: by whole pixels with scikit-image's
   phase_cross_correlation, then affinely with OpenCV's findTransformECC, to which gain and zero
   point do not matter. No prediction takes part. HMI is then resampled once, by both transforms
   together.
3. What lies within 12" (6 input pixels) of the crop's edge, or where HMI's crop has ended, does not
   count.

Against HMI: correlation; slope, of a prediction on HMI by least squares with an intercept; RMSE;
the share of pixels within the half-widths for 68 % and 95 % (errors that are not calibrated are
taken as the network states them, and 1.96 of them). ``bicubic`` is the same
input upsampled and ``the crop`` the MDI of step 2, both over MDI's gain of 1.4. With one active
region a pair, a difference of .001 in a correlation says nothing about another Sun.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from astropy.io import fits
from scipy import stats
from skimage.registration import phase_cross_correlation

from onesun import instruments
from onesun.alignment.resample import resample
from onesun.errors import OneSunError
from onesun.geometry.grid import AU_METRES, RSUN_AT_1AU, Grid, Which
from onesun.geometry.pointing import Pointing
from onesun.geometry.psf import blur
from onesun.geometry.upsample import bicubic, fill_nearest
from onesun.geometry.window import Window
from onesun.training.model import Model, WeightsError, load

PAIRS = Path(__file__).resolve().parents[2] / "shared" / "real" / "pairs"
TIMES = ("20100830_173600", "20101027_222400")
GRID = Grid()
PLATE_SCALE = 0.73  # arcsec
PLACE = 0.4  # limb radii, west
OPTICS = 3.9  # arcsec FWHM; what MDI is blurred by there against HMI
EDGE = 6  # input pixels that do not count
BEYOND = 16  # input pixels around the crop, so that networks see no sky there
NORMAL_95 = 1.96


@dataclass(frozen=True)
class AffineMapping:
    """From the pixels of a window to those of a crop; an alignment.resample.Mapping.

    ``matrix`` : (3, 3), of (x, y, 1) counted from 0.
    """

    shape: tuple[int, int]
    matrix: np.ndarray

    @property
    def step(self) -> float:
        return float(np.sqrt(np.linalg.det(self.matrix)))

    def rows(self, rows: slice) -> tuple[np.ndarray, np.ndarray]:
        y, x = np.mgrid[rows, : self.shape[1]]
        px, py, _ = np.einsum("ij,jyx->iyx", self.matrix, [x, y, np.ones_like(x)])
        return px, py


@dataclass(frozen=True)
class Pair:
    """One pair on the common grid, registered; gauss.

    Attributes
    ----------
    window : the part of the grid, BEYOND input pixels wider than the crops.
    given : MDI on the input grid, without gaps.
    upsampled : the crop's MDI on the target grid.
    target : HMI on the target grid, NaN where it does not count.
    shift : (x, y) from HMI to MDI in the middle, target pixels.
    alike : correlation of MDI and blurred HMI after registration.
    """

    window: Window
    given: np.ndarray
    upsampled: np.ndarray
    target: np.ndarray
    shift: tuple[float, float]
    alike: float


def main() -> int:
    if not PAIRS.is_dir():
        print("../shared/real/pairs: not found; without the real pairs nothing is evaluated")
        return 0
    try:
        models = {name: of_mdi(name) for name in sys.argv[1:] or ["mdi-hmi"]}
    except OneSunError as error:
        print(f"real_pairs: {error}", file=sys.stderr)
        return 2
    print("| pair | what | correlation | slope | RMSE, G | 68 % | 95 % |")
    print("|---|---|---:|---:|---:|---:|---:|")
    pairs = {time: registered(time) for time in TIMES}
    for time, pair in pairs.items():
        for row in rows(pair, models):
            print(f"| {time} | {row} |")
    for time, pair in pairs.items():
        x, y = pair.shift
        print(
            f"{time}: HMI moved by ({x:.1f}, {y:.1f}) target pixels in the middle; blurred, it "
            f"correlates with MDI at {pair.alike:.4f}; {np.isfinite(pair.target).sum():,} pixels"
        )
    return 0


def of_mdi(name: str) -> Model:
    """The model of this name or file; raises WeightsError for one that these pairs cannot judge."""
    model = load(name)
    if (model.input_instrument, model.factor) != ("mdi", GRID.factor):
        raise WeightsError(
            f"{name}: takes frames of {model.input_instrument} by a factor of {model.factor}, "
            f"expected weights for mdi and {GRID.factor}"
        )
    return model


def registered(time: str) -> Pair:
    mdi, hmi = (
        fits.getdata(PAIRS / f"{name}_{time}.fits").astype(np.float32) for name in ("mdi", "hmi")
    )
    side = int(len(mdi) * PLATE_SCALE / GRID.input_scale)
    inner = Window.centred(GRID, (PLACE * RSUN_AT_1AU, 0), (side, side))
    window = inner.widened(BEYOND)
    upsampled = on_grid(mdi, inner, "target")
    found, alike = register(on_grid(hmi, inner, "target"), upsampled)
    target = on_grid(hmi, inner, "target", found)
    edge = EDGE * GRID.factor
    counted = np.full_like(target, np.nan)
    counted[edge:-edge, edge:-edge] = target[edge:-edge, edge:-edge]
    middle = np.array([*[(len(target) - 1) / 2] * 2, 1])
    x, y, _ = middle - found @ middle
    given = fill_nearest(on_grid(mdi, window, "input"))
    return Pair(window, given, upsampled, counted, (float(x), float(y)), alike)


def on_grid(
    crop: np.ndarray, window: Window, which: Which, before: np.ndarray | None = None
) -> np.ndarray:
    """A crop on a window in whose middle its own middle lies, NaN beyond; float32.

    ``before`` : (3, 3), a transform of the window's pixels that comes before.
    """
    shape, step = window.shape(which), GRID.scale(which) / PLATE_SCALE
    middle = (len(crop) - 1) / 2
    first = middle - step * (shape[0] - 1) / 2
    matrix = np.array([[step, 0, first], [0, step, first], [0, 0, 1]])
    if before is not None:
        matrix = matrix @ before
    disk_centre = middle - PLACE * RSUN_AT_1AU / PLATE_SCALE
    seen = Pointing(disk_centre, middle, PLATE_SCALE, 0.0, RSUN_AT_1AU, AU_METRES, 0.0, 0.0)
    return resample(crop, seen, AffineMapping(shape, matrix))


def register(hmi: np.ndarray, mdi: np.ndarray) -> tuple[np.ndarray, float]:
    """The affine transform (3, 3) from pixels of MDI to those of HMI; how alike they are then."""
    blurred = blur(fill_nearest(hmi), OPTICS / GRID.target_scale)
    reference = fill_nearest(mdi)
    shift, _, _ = phase_cross_correlation(reference, blurred, normalization=None)
    first = np.array([[1, 0, -shift[1]], [0, 1, -shift[0]]], dtype=np.float32)
    until = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 500, 1e-7)
    alike, found = cv2.findTransformECC(
        reference, blurred, first, cv2.MOTION_AFFINE, until, None, 1
    )
    return np.vstack([found, [0, 0, 1]]).astype(np.float64), float(alike)


def rows(pair: Pair, models: dict[str, Model]) -> list[str]:
    gain = instruments.load("mdi").response.gain
    upsampled = without_surroundings(bicubic(pair.given, GRID.factor), pair)
    baselines = {"the crop": pair.upsampled, "bicubic": upsampled}
    return [
        *(f"{name} | {scores(each / gain, pair)} | — | —" for name, each in baselines.items()),
        *(f"{name} | {of_network(model, pair)}" for name, model in models.items()),
    ]


def of_network(model: Model, pair: Pair) -> str:
    field, error = model.predict(pair.given, pair.window.radius("input"))
    cells = scores(without_surroundings(field, pair), pair)
    if error is None:
        return f"{cells} | no error | —"
    limits = error, NORMAL_95 * error
    if model.errors is not None:
        deviation = model.errors.deviation(error, field, pair.window.radius("target"))
        limits = model.errors.half_68(deviation, field), model.errors.half_95(deviation, field)
    misfit = np.abs(without_surroundings(field, pair) - pair.target)
    known = np.isfinite(pair.target)
    for limit in limits:
        share = np.mean((misfit <= without_surroundings(limit, pair))[known])
        cells += f" | {100 * share:.1f}"
    return cells if model.errors is not None else f"{cells} (not calibrated)"


def without_surroundings(field: np.ndarray, pair: Pair) -> np.ndarray:
    return pair.window.without_margin(field, BEYOND, "target")


def scores(field: np.ndarray, pair: Pair) -> str:
    known = np.isfinite(pair.target)
    x, y = pair.target[known].astype(np.float64), field[known].astype(np.float64)
    line = stats.linregress(x, y)
    return f"{line.rvalue:.4f} | {line.slope:.3f} | {np.sqrt(np.mean((x - y) ** 2)):.1f}"


if __name__ == "__main__":
    sys.exit(main())
