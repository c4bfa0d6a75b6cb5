"""Lead times by hand."""

import numpy as np
import pandas as pd
import pytest

from models.lead_times import lead_times, summarise

RUNS = pd.date_range("2023-01-31", periods=8, freq="ME")  # January to August


def flags(**firms):
    """One character per firm and run: x flagged, - not flagged, a blank where the firm was not scored."""
    rows = [
        (day, firm, mark == "x")
        for firm, marks in firms.items()
        for day, mark in zip(RUNS, marks, strict=False)
        if mark != " "
    ]
    return pd.DataFrame(rows, columns=["as_of_date", "firm_id", "is_flagged"])


def first_flags(table, default="2023-09-15", **choice):
    firms = sorted(table["firm_id"].unique())
    defaults = pd.DataFrame({"firm_id": firms, "default_date": pd.Timestamp(default)})
    found = lead_times(table, defaults, **choice)
    return dict(zip(found["firm_id"], found["first_flag_date"].dt.month, strict=True))


def test_the_first_flag_that_stood():
    found = first_flags(
        flags(
            once="--x-----",  # cleared in the next run: it never stood
            twice="--x-xx-x",  # stood from May
            always="xxxxxxxx",
            last="-------x",  # no second run before the default
            gap="-x x----",  # not scored in between: not in a row
            never="--------",
        )
    )
    assert found["twice"] == 5
    assert found["always"] == 1
    assert np.isnan([found[name] for name in ("once", "last", "gap", "never")]).all()


def test_runs_on_and_after_the_default_do_not_count():
    table = flags(a="-----xxx")
    assert (
        first_flags(table, "2023-07-31")["a"] != first_flags(table, "2023-08-01")["a"]
    )  # June alone; June, July
    assert first_flags(table, "2023-08-01")["a"] == 6
    assert first_flags(table, "2023-07-31", min_runs=1)["a"] == 6


def test_a_reach_limits_how_far_back_a_flag_may_lie():
    table = flags(a="xx---xx-")
    assert first_flags(table)["a"] == 1
    assert first_flags(table, within_months=6)["a"] == 6


def test_months_are_days_over_the_mean_month():
    defaults = pd.DataFrame({"firm_id": ["a"], "default_date": [pd.Timestamp("2023-09-15")]})
    found = lead_times(flags(a="----xx--"), defaults)
    # 31 May to 15 September: 30 + 31 + 31 + 15 = 107 days, over 30.436875
    assert found.loc[0, "lead_months"] == pytest.approx(107 / 30.436875)


def test_summary_by_hand():
    found = summarise(pd.DataFrame({"lead_months": [1.0, 3.0, 7.0, 13.0, np.nan]}))
    assert found == {
        "firms": 5,
        "caught": 4,
        "median_months": 5.0,
        "lower_months": 2.5,  # between the first and the second, 3/4 of the way: 1 + .75 * 2
        "upper_months": 8.5,
        "share_3m": 0.6,
        "share_6m": 0.4,
        "share_12m": 0.2,
    }
    nothing = summarise(pd.DataFrame({"lead_months": [np.nan]}))
    assert nothing["caught"] == 0
    assert np.isnan(nothing["median_months"])


def test_empty_tables_and_refusals():
    defaults = pd.DataFrame({"firm_id": ["a"], "default_date": [pd.Timestamp("2023-09-15")]})
    assert lead_times(flags(b="xx"), defaults)["lead_months"].isna().all()
    assert lead_times(flags(b="x"), defaults)["lead_months"].isna().all()  # fewer runs than must stand
    assert lead_times(flags(a="xx"), defaults.iloc[:0]).empty
    with pytest.raises(ValueError, match="firm a has two rows in defaults"):
        lead_times(flags(a="xx"), pd.concat([defaults, defaults]))
    with pytest.raises(ValueError, match="firm a has two rows in flags on 2023-01-31"):
        lead_times(pd.concat([flags(a="x"), flags(a="x")]), defaults)
