from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.american_items import item_features, shares_of_assets
from benchmarks.american_rows import ITEMS, make_rows, project_features, read_windows
from intake.contracts import TableError


def firm(
    name: str, last: int, status: int, windows: tuple[int, ...] = (3, 4, 5), **items: list[float]
) -> pd.DataFrame:
    """One firm's windows; items not given are 1 million in every year."""
    longest = max(windows)
    rows = pd.DataFrame({item: items.get(item, [1.0] * longest) for item in ITEMS})
    rows = rows.assign(
        firm_id=name, fyear=np.arange(last - longest + 1, last + 1), split="train", status=status
    )
    return pd.concat([rows.tail(window).assign(window=window) for window in windows], ignore_index=True)


def test_a_survivor_lends_its_earlier_years_and_a_failed_firm_does_not() -> None:
    windows = pd.concat([firm("A", 2005, 0), firm("B", 2006, 1), firm("C", 2005, 0, (3,))])
    cases = make_rows(windows, 3).cases
    # A: ends 2003, 2004, 2005; B: 2004, 2005, 2006; C: 2005. As-of dates follow the end by three months
    assert cases["firm_id"].tolist() == ["A", "A", "B", "A", "B", "C", "B"]
    assert cases["end_year"].tolist() == [2003, 2004, 2004, 2005, 2005, 2005, 2006]
    assert cases["as_of_date"].dt.strftime("%Y-%m-%d").tolist()[0] == "2004-03-31"
    assert cases["label"].tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert cases["is_last"].tolist() == [False, False, False, True, False, True, True]
    assert cases["is_fit"].tolist() == [True, True, False, True, False, True, True]


def test_years_with_a_gap_make_no_window() -> None:
    windows = firm("A", 2005, 0)
    holed = windows[~((windows["fyear"] == 2003) & (windows["window"] > 3))]
    cases = make_rows(pd.concat([holed[holed["fyear"] != 2003], firm("B", 2005, 0, (3,))]), 3).cases
    assert cases["firm_id"].tolist() == ["B"]


def test_the_projects_ratios_come_from_the_rows_own_years() -> None:
    sales = [100.0, 200.0, 400.0, 500.0, 1000.0]
    windows = firm("A", 2005, 0, net_sales=sales, total_assets=[10.0] * 5, total_liabilities=[4.0] * 5)
    rows = make_rows(windows, 3)
    table = project_features(rows)
    # net assets 10 - 4 of 10; sales 400 on 200, 500 on 400, 1000 on 500
    assert table["equity_ratio_pct"].tolist() == pytest.approx([60.0] * 3)
    assert table["sales_growth_pct"].tolist() == pytest.approx([100.0, 25.0, 100.0])
    later = windows.assign(net_sales=windows["net_sales"].where(windows["fyear"] < 2005, 9.0))
    first = project_features(make_rows(later, 3)).iloc[0]
    assert first["sales_growth_pct"] == table.iloc[0]["sales_growth_pct"]


def test_items_by_hand() -> None:
    values = {name: [1.0, 1.0, 1.0] for name in ITEMS}
    values |= {
        "total_assets": [4.0, 5.0, 8.0],
        "market_value": [1.0, 3.0, 6.0],
        "total_liabilities": [1.0, 2.0, 2.0],
    }
    rows = make_rows(firm("A", 2005, 0, (3,), **values), 3)
    found = item_features(rows).iloc[0]
    assert found["ebit_share"] == 1 / 8
    assert found["ebit_share_before"] == 1 / 5
    assert found["ebit_share_drift"] == 1 / 8 - 1 / 4
    assert found["total_assets_growth"] == pytest.approx(np.log(8 / 5))
    assert found["market_value_window_growth"] == pytest.approx(np.log(6))
    assert found["ebitda_to_market"] == 1 / 8  # over 6 + 2
    assert found["log_market_to_liabilities"] == pytest.approx(np.log(3))
    assert found["log_market_to_liabilities_before"] == pytest.approx(np.log(3 / 2))
    assert shares_of_assets(rows)["ebit_share_2"].tolist() == [1 / 4]


def test_an_unknown_split_is_named(tmp_path: Path) -> None:
    (tmp_path / "american_bankruptcy").mkdir()
    target = tmp_path / "american_bankruptcy" / "windows_train_validation.parquet"
    firm("A", 2005, 0).assign(split="holdout").to_parquet(target)
    with pytest.raises(TableError, match="unknown split 'holdout'"):
        read_windows(tmp_path)


def test_public_windows_end_in_one_year_and_keep_their_label(public_data: Path) -> None:
    windows = read_windows(public_data)
    for years, n, positives in ((3, 3528, 428), (4, 2999, 399), (5, 2550, 372)):
        rows = make_rows(windows, years)
        last = rows.cases[rows.cases["is_last"]]
        status = windows[windows["window"] == years].groupby("firm_id")["status"].first()
        seen = last[last["split"] != "test"]
        assert (len(seen), seen["label"].sum()) == (n, positives)
        assert (last.set_index("firm_id")["label"] == status[last["firm_id"]]).all()
