"""Months to sets: listed, drawn, pinned and buffered."""

import json
import subprocess
import sys
from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onesun.errors import ConfigError, DamagedProductError
from onesun.products.split import SETS, SplitRow, assign, months, own, read, write

PAIR = "mdi-hmi"
PINNED = ["2010-06", "2011-03"]
DRAWN = {"mode": "random", "seed": 1, "pinned": PINNED}


def explicit(train, validation, test, buffer_days=0):
    return assign(
        PAIR,
        {"train": train, "validation": validation, "test": test, "buffer_days": buffer_days},
    )


def drawn(first, last, **settings):
    return assign(PAIR, {**DRAWN, "months": {"first": first, "last": last}, **settings})


month_names = st.builds("{:04d}-{:02d}".format, st.integers(2010, 2014), st.integers(1, 12))


# --- listed


def test_listed_months_keep_their_sets_in_order_of_time():
    rows = explicit(["2016-12", "2016-07"], ["2019-06"], ["2011-12"])
    assert [(row.month, row.set) for row in rows] == [
        ("2011-12", "test"),
        ("2016-07", "train"),
        ("2016-12", "train"),
        ("2019-06", "validation"),
    ]
    assert (rows[0].start, rows[0].end) == ("2011-12-01", "2012-01-01")
    assert months(rows, "train") == ["2016-07", "2016-12"]


def test_a_month_in_two_sets_stops_with_its_pair_month_and_sets():
    with pytest.raises(ConfigError, match="pair mdi-hmi: month 2016-07 is in train and test"):
        explicit(["2016-07"], ["2019-06"], ["2016-07"])


def test_a_month_listed_twice_stops():
    with pytest.raises(ConfigError, match="2019-06 is twice in validation"):
        explicit(["2016-07"], ["2019-06", "2019-06"], [])


@pytest.mark.parametrize("month", ["2016-13", "2016-7", "201607", "2016-07-01"])
def test_a_month_that_is_none_stops(month):
    with pytest.raises(ConfigError, match=f"'{month}': expected a calendar month"):
        explicit([month], [], [])


# --- drawn


def test_a_whole_year_gives_ten_one_and_one():
    rows = drawn("2012-01", "2012-12", pinned=[])
    assert Counter(row.set for row in rows) == {"train": 10, "validation": 1, "test": 1}


def test_the_papers_overlap_of_mdi_and_hmi_has_its_pinned_test_months():
    rows = drawn("2010-05", "2011-04")
    assert months(rows, "test") == PINNED
    years = Counter((row.month[:4], row.set) for row in rows)
    # May to December 2010 and January to April 2011: the year's pinned month, one, and the rest.
    assert years == {
        ("2010", "test"): 1,
        ("2010", "validation"): 1,
        ("2010", "train"): 6,
        ("2011", "test"): 1,
        ("2011", "validation"): 1,
        ("2011", "train"): 2,
    }


def test_only_the_listed_years_are_drawn_from_but_pinned_months_stay():
    months_of = {"first": "2010-01", "last": "2018-12", "years": [2012, 2014]}
    rows = assign(PAIR, {**DRAWN, "months": months_of})
    assert {row.month[:4] for row in rows if row.month not in PINNED} == {"2012", "2014"}
    assert set(PINNED) < set(months(rows, "test"))
    assert Counter(row.set for row in rows) == {"train": 20, "validation": 2, "test": 4}


@pytest.mark.parametrize(
    ("last", "counts"),
    [
        ("2012-01", {"train": 1}),
        ("2012-02", {"train": 1, "test": 1}),
        ("2012-03", {"train": 1, "test": 1, "validation": 1}),
    ],
)
def test_a_short_year_keeps_a_month_for_training(last, counts):
    assert Counter(row.set for row in drawn("2012-01", last) if row.month not in PINNED) == counts


def test_numbers_per_year_are_settings():
    rows = drawn(
        "2012-01", "2012-12", pinned=[], train_per_year=3, validation_per_year=2, test_per_year=4
    )
    assert Counter(row.set for row in rows) == {"train": 3, "validation": 2, "test": 4}


def test_the_draw_depends_on_the_seed_alone():
    def of_2013(rows):
        return [row for row in rows if row.month.startswith("2013")]

    assert of_2013(drawn("2013-01", "2013-12")) == of_2013(drawn("2011-01", "2016-12"))
    draws = {tuple(months(drawn("2013-01", "2013-12", seed=seed), "test")) for seed in range(20)}
    assert len(draws) > 3


def test_the_draw_is_what_it_was():
    """Splits must not move with a version of Python or of this package."""
    rows = drawn("2013-01", "2013-12", pinned=[])
    assert (months(rows, "test"), months(rows, "validation")) == (["2013-05"], ["2013-03"])


def test_months_that_give_nothing_stop():
    with pytest.raises(ConfigError, match=r"pair mdi-hmi: split\.months gives no month"):
        drawn("2013-02", "2013-01")
    with pytest.raises(ConfigError, match="2013-01 is twice in months"):
        assign(PAIR, {"mode": "random", "months": ["2013-01", "2013-01"]})


settings = st.fixed_dictionaries(
    {
        "mode": st.just("random"),
        "months": st.lists(month_names, min_size=1, unique=True),
        "pinned": st.lists(month_names, max_size=4, unique=True),
        "seed": st.integers(0, 2**32 - 1),
        "train_per_year": st.integers(1, 12),
        "validation_per_year": st.integers(0, 3),
        "test_per_year": st.integers(0, 3),
    }
)


@given(settings)
def test_no_month_is_ever_in_two_sets(drawn_by):
    rows = assign(PAIR, drawn_by)
    assert len({row.month for row in rows}) == len(rows)
    assert {row.month for row in rows} <= {*drawn_by["months"], *drawn_by["pinned"]}
    assert set(drawn_by["pinned"]) <= set(months(rows, "test"))
    for year in {row.month[:4] for row in rows}:
        held = Counter(row.set for row in rows if row.month[:4] == year)
        pinned = sum(month[:4] == year for month in drawn_by["pinned"])
        assert held["train"] <= drawn_by["train_per_year"]
        assert held["validation"] <= drawn_by["validation_per_year"]
        assert held["test"] <= max(pinned, drawn_by["test_per_year"])
        assert held["train"] or held["test"] == pinned == sum(held.values())


@given(settings, st.randoms())
def test_the_order_in_which_months_are_listed_does_not_matter(drawn_by, random):
    shuffled = {**drawn_by, "months": random.sample(drawn_by["months"], len(drawn_by["months"]))}
    assert assign(PAIR, shuffled) == assign(PAIR, drawn_by)


# --- buffered


def test_the_buffer_moves_training_and_validation_away_from_the_test_month():
    rows = explicit(["2010-05", "2010-08"], ["2010-07"], ["2010-06"], buffer_days=3)
    kept = {row.month: (row.start, row.end) for row in rows}
    assert kept == {
        "2010-05": ("2010-05-01", "2010-05-29"),
        "2010-06": ("2010-06-01", "2010-07-01"),
        "2010-07": ("2010-07-04", "2010-08-01"),
        "2010-08": ("2010-08-04", "2010-09-01"),
    }
    last_of_may = next(row for row in rows if row.month == "2010-05")
    assert last_of_may.holds("2010-05-28T23:59:59.9")
    assert not last_of_may.holds("2010-05-29T00:00:00")
    assert not last_of_may.holds("2010-04-30T23:59:59")


def test_a_long_buffer_reaches_beyond_the_next_month():
    rows = explicit(["2010-07", "2010-08"], [], ["2010-06"], buffer_days=40)
    assert [(row.month, row.start) for row in rows] == [
        ("2010-06", "2010-06-01"),
        ("2010-08", "2010-08-10"),
    ]


def test_a_buffer_that_leaves_no_training_stops():
    with pytest.raises(ConfigError, match=r"pair mdi-hmi: split\.buffer_days 31 leaves no month"):
        explicit(["2010-07"], [], ["2010-06"], buffer_days=31)


def test_the_buffer_holds_between_a_methods_own_sets():
    settings = {"train": ["2010-05", "2010-07"], "validation": ["2010-09"], "test": ["2010-06"]}
    settings |= {"mode": "explicit", "buffer_days": 3}
    rows = own(PAIR, settings, {"train": ["2010-05", "2010-06"], "validation": ["2010-07"]})
    assert [(row.month, row.set, row.start, row.end) for row in rows] == [
        ("2010-05", "train", "2010-05-01", "2010-05-29"),  # June is a test month of the pair
        ("2010-06", "train", "2010-06-01", "2010-06-28"),
        ("2010-07", "validation", "2010-07-04", "2010-08-01"),
    ]
    (row,) = own(PAIR, settings, {"train": ["2010-07"], "validation": []})
    assert row.start == "2010-07-04"  # away from the pair's test month
    with pytest.raises(ConfigError, match=r"split\.buffer_days 40 leaves no month in train"):
        own(PAIR, settings | {"buffer_days": 40}, {"train": ["2010-07"], "validation": ["2010-09"]})


@given(settings, st.integers(1, 20))
def test_sets_are_never_closer_than_the_buffer(drawn_by, days):
    try:
        rows = assign(PAIR, {**drawn_by, "buffer_days": days})
    except ConfigError:
        return
    rank = {"test": 0, "validation": 1, "train": 2}
    spans = [(rank[row.set], *map(date.fromisoformat, (row.start, row.end))) for row in rows]
    for one, start, end in spans:
        for other, other_start, other_end in spans:
            if one != other:
                assert max(start - other_end, other_start - end).days >= days


# --- the table


def test_the_table_comes_back(tmp_path):
    rows = drawn("2010-05", "2011-04", buffer_days=2)
    path = tmp_path / "split.csv"
    write(path, reversed(rows))
    assert read(path) == rows
    assert path.read_text().splitlines()[:2] == [
        "pair,month,set,start,end",
        "mdi-hmi,2010-05,train,2010-05-01,2010-05-30",
    ]


@pytest.mark.parametrize(
    "section",
    [
        {"train": ["2016-07"], "validation": ["2019-06"], "test": ["2011-12"]},
        {"mode": "random", "months": {"first": "2010-05", "last": "2011-04"}, "pinned": PINNED},
    ],
    ids=["explicit", "random"],
)
def test_the_command_writes_the_table(tmp_path, section):
    from onesun.cli.prepare import split

    split(PAIR, json.dumps({"split": section}), tmp_path / "split.csv")
    assert read(tmp_path / "split.csv") == assign(PAIR, section)


def test_rows_may_be_given_as_text():
    rows = assign(PAIR, {"train": ["2016-07"], "validation": ["2019-06"], "test": ["2011-12"]})
    assert read(json.dumps([vars(row) for row in rows])) == rows
    assert read("[]") == []
    twice = json.dumps([vars(rows[0]), vars(rows[0])])
    with pytest.raises(ConfigError, match="month 2011-12 is twice in test"):
        read(twice)


@pytest.mark.parametrize(
    "change", [{"set": "training"}, {"end": "June"}, {"month": "2011-1"}, {"day": 1}, {"start": 3}]
)
def test_text_that_holds_no_rows_is_told(change):
    row = {"pair": PAIR, "month": "2011-12", "set": "test"}
    row |= {"start": "2011-12-01", "end": "2012-01-01"}
    for text in (json.dumps([row | change]), "[1]", "[", json.dumps([{"pair": PAIR}])):
        with pytest.raises(ConfigError, match=r"--split: found \[.*expected a table's path or"):
            read(text)


def test_a_table_with_a_month_in_two_sets_stops(tmp_path):
    path = tmp_path / "split.csv"
    path.write_text(
        "pair,month,set,start,end\n"
        "mdi-hmi,2010-05,train,2010-05-01,2010-05-15\n"
        "mdi-hmi,2010-05,test,2010-05-15,2010-06-01\n"
    )
    with pytest.raises(ConfigError, match="mdi-hmi: month 2010-05 is in train and test"):
        read(path)


@pytest.mark.parametrize(
    "line",
    [
        "mdi-hmi,2010-05,training,2010-05-01,2010-06-01",
        "mdi-hmi,2010-05,train,2010-05-01,2010-05-01",
        "mdi-hmi,2010-05,train,2010-05-01,June",
        "mdi-hmi,2010-5,train,2010-05-01,2010-06-01",
        "mdi-hmi,2010-05,train,2010-05-01",
        "mdi-hmi,2010-05,train,2010-05-01,2010-06-01,more",
    ],
)
def test_a_line_that_is_no_row_is_named(tmp_path, line):
    path = tmp_path / "split.csv"
    path.write_text(f"pair,month,set,start,end\n{line}\n")
    with pytest.raises(DamagedProductError, match=r"split\.csv: line 2 is mdi-hmi"):
        read(path)


def test_a_file_that_is_no_table_is_named(tmp_path):
    path = tmp_path / "split.csv"
    with pytest.raises(DamagedProductError, match=r"split\.csv: missing"):
        read(path)
    path.write_text("a,b\n1,2\n")
    with pytest.raises(DamagedProductError, match=r"split\.csv: columns \['a', 'b'\]"):
        read(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DamagedProductError, match=r"split\.csv: not readable"):
        read(path)


def test_a_set_that_does_not_exist_is_an_error():
    rows = [SplitRow(PAIR, "2010-05", "train", "2010-05-01", "2010-06-01")]
    assert [months(rows, name) for name in SETS] == [["2010-05"], [], []]
    with pytest.raises(ValueError, match="no set is called 'training'"):
        months(rows, "training")


def test_the_rules_import_it_without_the_science():
    program = (
        "import sys, onesun.products.split; "
        "print(sorted({'numpy', 'torch', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
