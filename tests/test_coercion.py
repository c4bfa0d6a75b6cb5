import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.coercion import to_date, to_flag, to_number, to_text


def told(coerced: tuple[pd.Series, np.ndarray]) -> list:
    """Values in order, ``"?"`` where unreadable and None where missing."""
    values, unreadable = coerced
    cells = [None if pd.isna(value) else value for value in values.tolist()]
    return ["?" if wrong else cell for cell, wrong in zip(cells, unreadable, strict=True)]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (pd.Series([17, 4]), ["17", "4"]),
        (pd.Series([17.0, np.nan, 2.5]), ["17", None, "2.5"]),  # whole numbers become float beside a gap
        (pd.Series(["007", "", "  ", None], dtype="str"), ["007", None, None, None]),
        (pd.Series(["a", 3, 4.0, None, [1]], dtype=object), ["a", "3", "4", None, "?"]),
        (pd.Series(["a", None], dtype="category"), ["a", None]),
        (pd.Series([1, None], dtype="Int64"), ["1", None]),
    ],
)
def test_text(cells, expected):
    assert told(to_text(cells)) == expected
    assert to_text(cells)[0].dtype == "str"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (pd.Series([3, -4]), [3.0, -4.0]),
        (pd.Series([3, None], dtype="Int64"), [3.0, None]),
        (pd.Series(["12", " 7 ", "-5.5e3", "", None], dtype="str"), [12.0, 7.0, -5500.0, None, None]),
        (pd.Series(["abc", "1,000", "12円", "0x1A", "nan", "NA", "△5"], dtype="str"), ["?"] * 7),
        (pd.Series([Decimal("1.5"), None, "x", 3], dtype=object), [1.5, None, "?", 3.0]),
        (pd.Series([True, False]), ["?", "?"]),
        (pd.Series(pd.to_datetime(["2024-01-31", None])), ["?", None]),
    ],
)
def test_numbers(cells, expected):
    assert told(to_number(cells)) == expected
    assert to_number(cells)[0].dtype == "float64"


DAY = pd.Timestamp("2024-03-31")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (pd.Series([DAY, pd.NaT]), [DAY, None]),
        (pd.Series([DAY, DAY + pd.Timedelta(hours=9)]), [DAY, "?"]),
        (pd.Series([DAY]).dt.tz_localize("Asia/Tokyo"), ["?"]),
        (
            pd.Series(["2024-03-31", "2024/03/31", " 2024-03-31 00:00:00", "2024-03-31T00:00:00.000"]),
            [DAY] * 4,
        ),
        (pd.Series(["2024-02-30", "2024-03", "31.3.2024", "2024-03-31 12:00:00", "R6.3.31"]), ["?"] * 5),
        (pd.Series(["", None], dtype="str"), [None, None]),
        (pd.Series([20240331, 45382]), ["?", "?"]),  # what a spreadsheet makes of a date is not guessed
        (pd.Series([datetime.date(2024, 3, 31), DAY, None], dtype=object), [DAY, DAY, None]),
    ],
)
def test_days(cells, expected):
    assert told(to_date(cells)) == expected
    assert to_date(cells)[0].dtype == "datetime64[ms]"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (pd.Series([True, False]), [1.0, 0.0]),
        (pd.Series([1, 0, 2]), [1.0, 0.0, "?"]),
        (pd.Series(["TRUE", "false", "1", "0", "", "yes"]), [1.0, 0.0, 1.0, 0.0, None, "?"]),
        (pd.Series([True, None], dtype=object), [1.0, None]),
    ],
)
def test_flags(cells, expected):
    assert told(to_flag(cells)) == expected


CELLS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.dates()
    | st.lists(st.integers(), max_size=2)
)


@given(st.lists(CELLS, max_size=8))
def test_a_cell_is_read_missing_or_unreadable_and_never_lost(cells):
    frame = pd.Series(cells, dtype=object)
    there = frame.map(lambda cell: isinstance(cell, list) or not (pd.isna(cell) or not str(cell).strip()))
    for coerce in (to_text, to_number, to_date, to_flag):
        values, unreadable = coerce(frame)
        assert len(values) == len(unreadable) == len(cells)
        assert (values.notna() | unreadable)[there].all()
        assert values[unreadable].isna().all()
