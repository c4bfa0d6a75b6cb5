import pandas as pd
import pytest

from intake import columns

DAYS = pd.Series(pd.to_datetime(["2024-02-29", "2024-02-28", "1800-01-01"]))


@pytest.mark.parametrize(
    ("column", "values", "kept"),
    [
        (
            columns.identifier(),
            pd.Series(["A1", "A 1", "A\t1", "A\u30001", "00000017"]),
            [True, False, False, False, True],
        ),
        (columns.text(isin=["tax"]), pd.Series(["tax", "Tax"]), [True, False]),
        (columns.date(), DAYS, [True, True, False]),
        (columns.date(month_end=True), DAYS, [True, False, False]),  # 2024 is a leap year
        (columns.yen(), pd.Series([-1.0, 0.5, 2.0**53, float("inf")]), [True, False, False, False]),
        (columns.yen(minimum=0), pd.Series([-1.0, 0.0]), [False, True]),
        (columns.number(1, 9), pd.Series([0.9, 1.0, 9.0, 9.1]), [False, True, True, False]),
    ],
)
def test_which_cells_a_column_keeps(column, values, kept):
    keeps = pd.Series(True, index=values.index)
    for check in column.checks:
        keeps &= check(values).check_output
    assert keeps.tolist() == kept


def test_missing_cells_are_left_to_nullable():
    values = pd.Series(["tax", None], dtype="str")
    assert columns.text(isin=["tax"]).checks[0](values).check_passed
    assert columns.text(nullable=True).nullable
    assert not columns.text().nullable
