"""Grouped reasons: sums by item, only what raises the risk, at most four, with value, past and peers."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from alerts.items import load_items
from alerts.reasons import COLUMNS, MOST_REASONS, reasons, sum_by_item

DAY = pd.Timestamp("2025-03-31")
DICTIONARY = pd.DataFrame(
    [
        ("cash_months", "S48", "手元流動性", "Cash", "months", -1),
        ("cash_change_pct", "S48", "現預金の増減率", "Change of cash", "pct", -1),
        ("equity_ratio_pct", "S55", "自己資本比率", "Equity ratio", "pct", -1),
        ("equity_ratio_vs_industry_pct", "S55", "自己資本比率の業種中央値との差", "x", "points", -1),
        ("sales_yen", "S46", "売上高", "Sales", "yen", 0),
        ("crd_grade", "S88", "CRD区分", "CRD grade", "grade", -1),
        ("trial_age_months", "S12", "直近試算表の経過月数", "Age", "months", 1),
    ],
    columns=["name", "item", "label_ja", "label_en", "unit", "monotone"],
)
NAMES = DICTIONARY["name"].tolist()
NORMS = pd.DataFrame(
    {
        "industry": "0201",
        "size_class": "small",
        "feature": ["cash_months", "equity_ratio_pct"],
        "median": [1.9, 21.0],
        "level": ["cell", "industry"],
    }
)


def firms(values: list[list[float]], ids: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(values, columns=NAMES)
    return frame.assign(firm_id=ids, industry="0201", size_class="small")


def key(ids: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"as_of_date": DAY, "firm_id": ids, "alert": "default", "tier": "standard"})


def contributions(values: list[list[float]]) -> SimpleNamespace:
    return SimpleNamespace(values=np.array(values), feature_names=tuple(NAMES))


def test_two_firms_worked_out_by_hand() -> None:
    ids = ["00000017", "00000018"]
    given_ = contributions(
        [
            # S48: .1 + .3 = .4, led by cash_change; S55: .5 − .2 = .3, led by equity_ratio;
            # S46 −.6; S88 0; S12 .05
            [0.1, 0.3, 0.5, -0.2, -0.6, 0.0, 0.05],
            # nothing raises the risk: S48 is −.1 although one of its features raises it
            [0.2, -0.3, -0.1, -0.1, 0.0, 0.0, 0.0],
        ]
    )
    now = firms([[0.8, -20.0, 5.2, -15.8, 5e7, 3.0, np.nan], [3.0, 5.0, 40.0, 19.0, 5e7, 7.0, 1.0]], ids)
    before = firms([[1.6, 4.0, 8.1, -12.0, 6e7, 3.0, 1.0]], ["00000017"])
    found = reasons(key(ids), given_, now, before, NORMS, DICTIONARY)
    assert tuple(found.columns) == COLUMNS
    assert found["firm_id"].unique().tolist() == ["00000017"]
    assert found[["rank", "item", "feature"]].to_numpy().tolist() == [
        [1, "S48", "cash_change_pct"],
        [2, "S55", "equity_ratio_pct"],
        [3, "S12", "trial_age_months"],
    ]
    np.testing.assert_allclose(found["contribution"], [0.4, 0.3, 0.05])
    np.testing.assert_array_equal(found["value"], [-20.0, 5.2, np.nan])
    np.testing.assert_array_equal(found["value_year_before"], [4.0, 8.1, 1.0])
    np.testing.assert_array_equal(found["industry_median"], [np.nan, 21.0, np.nan])
    assert found["direction"].eq("raises").all()
    assert found["text_ja"].tolist() == [
        "現預金の増減率は▲20.0%と、1年前の4.0%からマイナスに転じた。",
        "自己資本比率は5.2%と、1年前の8.1%から低下し、同業種の中央値21.0%を下回る。",
        "直近試算表の経過月数は資料の提供が途絶えており不明で（1年前は1か月）、モデルは提供がないこと自体をリスクと評価している。",
    ]


def test_a_distance_to_the_industry_carries_the_median_of_what_is_compared() -> None:
    now = firms([[0.8, 0.0, 5.2, -15.8, 5e7, 3.0, 1.0]], ["00000017"])
    found = reasons(key(["00000017"]), contributions([[0, 0, 0, 0.4, 0, 0, 0]]), now, now, NORMS, DICTIONARY)
    assert found["feature"].tolist() == ["equity_ratio_vs_industry_pct"]
    assert found["industry_median"].tolist() == [21.0]
    assert found["text_ja"].tolist() == [
        "自己資本比率は同業種の中央値を15.8ポイント下回る（1年前は15.8ポイント下回る）。"
    ]


def test_firms_in_another_order_a_year_before_are_matched_by_id() -> None:
    ids = ["00000017", "00000018"]
    now = firms([[1.0] * 7, [2.0] * 7], ids)
    before = firms([[20.0] * 7, [10.0] * 7], ids[::-1])
    found = reasons(key(ids), contributions([[1.0] + [0] * 6] * 2), now, before, NORMS, DICTIONARY)
    assert found["value_year_before"].tolist() == [10.0, 20.0]


def test_no_firm_gives_an_empty_table_of_the_same_columns() -> None:
    empty = firms([], [])
    found = reasons(
        key([]),
        SimpleNamespace(values=np.empty((0, 7)), feature_names=NAMES),
        empty,
        empty,
        NORMS,
        DICTIONARY,
    )
    assert tuple(found.columns) == COLUMNS
    assert len(found) == 0


@settings(deadline=None, max_examples=50)  # a busy machine is no failure
@given(hnp.arrays(np.float64, (6, 7), elements=st.floats(-3, 3)), st.integers(1, MOST_REASONS))
def test_reasons_only_raise_the_risk_and_are_few_and_ranked(values: np.ndarray, top: int) -> None:
    ids = [f"{number:08d}" for number in range(6)]
    now = firms(np.ones((6, 7)).tolist(), ids)
    found = reasons(key(ids), contributions(values), now, now, NORMS, DICTIONARY, top=top)
    assert (found["contribution"] > 0).all()
    for firm, rows in found.groupby("firm_id"):
        assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
        assert len(rows) <= top
        assert rows["contribution"].is_monotonic_decreasing
        place = ids.index(firm)
        for row in rows.itertuples():
            own = values[
                place,
                [NAMES.index(name) for name in NAMES if DICTIONARY.set_index("name").item[name] == row.item],
            ]
            assert row.contribution == pytest.approx(own.sum())
            assert values[place, NAMES.index(row.feature)] == own.max() > 0


@settings(deadline=None, max_examples=50)  # a busy machine is no failure
@given(
    hnp.arrays(np.float64, (4, 9), elements=st.floats(-3, 3)),
    st.lists(st.sampled_from("abc"), min_size=9, max_size=9),
)
def test_sums_by_item_add_up_to_the_row(values: np.ndarray, codes: list[str]) -> None:
    items, sums, leaders = sum_by_item(values, np.array(codes))
    np.testing.assert_allclose(sums.sum(axis=1), values.sum(axis=1), atol=1e-12)
    assert all(codes[column] == items[group] for row in leaders for group, column in enumerate(row))


def test_rows_that_do_not_fit_are_refused() -> None:
    now = firms([[1.0] * 7], ["00000017"])
    with pytest.raises(ValueError, match="do not fit 2 keys"):
        reasons(key(["a", "b"]), contributions([[0.0] * 7]), now, now, NORMS, DICTIONARY)
    with pytest.raises(ValueError, match="top must be 1 to 4, got 5"):
        reasons(key(["a"]), contributions([[0.0] * 7]), now, now, NORMS, DICTIONARY, top=5)
    twice = pd.concat([now, now])
    with pytest.raises(ValueError, match="firm_id '00000017' is there more than once"):
        reasons(key(["00000017"]), contributions([[0.0] * 7]), now, twice, NORMS, DICTIONARY)


def test_items_used_here_are_real() -> None:
    assert set(DICTIONARY["item"]) <= set(load_items().index)
