"""Projected cash in words and as a 資金繰り表: what is said follows from the months."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.cash_flow.table import read_lines
from review.cash_outlook import cash_table, chart_scale, month_end, outlook, projected, shortfall
from review.labels import Words

Maker = Callable[..., pd.DataFrame]


def test_the_month_in_which_cash_runs_short_is_named(make_projections: Maker) -> None:
    # 30 − 5 a month: 0 after six months, −5 (million) after seven, July 2026;
    # the low path is 30 − 6 a month: −6 after six, June
    said = outlook(make_projections())
    assert said.ja == (
        "予定（約定どおり返済し、新たに借りない場合）では2026年7月末に資金が不足する（現預金▲5,000千円）。"
        "実際の推移を踏まえた中央の見通し（P50）では2026年7月末に資金が不足する（現預金▲5,000千円）。"
        "低めの見通し（P10）では2026年6月末に不足する。見通しは売掛・買掛の期日に基づく。"
    )
    assert said.en == (
        "As planned (loans repaid as agreed, nothing borrowed) cash runs short by the end of July 2026 "
        "(JPY −5,000 thousand). "
        "In the middle path (P50), as such plans turn out, cash runs short by the end of July 2026 "
        "(JPY −5,000 thousand). "
        "In the low path (P10) it runs short by the end of June 2026. "
        "The projection is based on the due dates of receivables and payables."
    )


def test_only_the_low_path_runs_short(make_projections: Maker) -> None:
    # 30 − 2 a month leaves 6; the low path 30 − 3 a month is 0 after ten months and −3 after eleven, November
    said = outlook(make_projections(repaid=4.0, level="monthly"))
    assert said.ja == (
        "予定（約定どおり返済し、新たに借りない場合）では12か月以内に資金は不足しない"
        "（最も少ないのは2026年12月末の6,000千円）。"
        "実際の推移を踏まえた中央の見通し（P50）では12か月以内に資金は不足しない（最も少ないのは2026年12月末の6,000千円）。"
        "ただし低めの見通し（P10）では2026年11月末に不足する。見通しは試算表・口座入出金に基づく。"
    )
    assert "But in the low path (P10) it runs short by the end of November 2026." in said.en


def test_the_plan_alone_runs_short(make_projections: Maker) -> None:
    rows = make_projections()
    rows["closing_p50_yen"] = rows["closing_p50_yen"] + 40e6
    rows["closing_p10_yen"] = rows["closing_p10_yen"] + 40e6
    said = outlook(rows)  # the middle path is 70 − 5 a month: 10 after twelve; the low one 70 − 6: −2
    assert "2026年7月末に資金が不足する（現預金▲5,000千円）。実際の推移" in said.ja
    assert (
        "中央の見通し（P50）では12か月以内に資金は不足しない（最も少ないのは2026年12月末の10,000千円）"
        in said.ja
    )
    unknown = outlook(rows.assign(closing_p50_yen=np.nan, closing_p10_yen=np.nan))
    assert "P50" not in unknown.ja
    assert "ただし低めの見通し（P10）では2026年12月末に不足する。" in said.ja


def test_no_path_runs_short(make_projections: Maker) -> None:
    said = outlook(make_projections(repaid=0.0, level="annual", unit=1e7))
    # 30 + 2 a month: the least is the first month's 32, in millions as 54 × 10 million is
    assert "最も少ないのは2026年1月末の320百万円）。低めの見通し（P10）でも不足しない。" in said.ja
    assert said.ja.endswith("見通しは決算書に基づく。")
    assert "It lasts in the low path (P10) too." in said.en


def test_a_low_path_that_says_the_same_or_is_not_known_is_not_spoken_of(make_projections: Maker) -> None:
    assert "P10" not in outlook(make_projections(spread=0.0)).ja
    unknown = make_projections(repaid=0.0).assign(closing_p10_yen=np.nan)
    assert "P10" not in outlook(unknown).ja
    assert "  " not in outlook(unknown).en


def test_order_of_rows_does_not_matter(make_projections: Maker) -> None:
    rows = make_projections()
    assert outlook(rows.iloc[::-1]) == outlook(rows)


def test_without_a_month_ahead_nothing_can_be_said(make_projections: Maker) -> None:
    with pytest.raises(ValueError, match="no month ahead"):
        outlook(make_projections().head(12))


def test_the_table_has_every_line_and_its_sums(make_projections: Maker) -> None:
    table = cash_table(make_projections(), 1e3)
    assert table.heads == [f"2026-{month:02d}" for month in range(1, 13)]
    first = {row.words.ja: row.cells[0] for row in table.rows}
    assert [row.words.ja for row in table.rows][:17] == read_lines()["label_ja"].tolist()
    assert first == {
        "前月繰越": "30,000", "現金売上": "5,000", "売上債権回収": "15,000", "経常収入": "20,000",
        "仕入債務支払": "8,000", "人件費": "4,000", "諸経費": "3,000", "支払利息": "1,000",
        "税金・社会保険料": "2,000", "経常支出": "18,000", "経常収支": "2,000", "設備・その他支出": "0",
        "総合収支": "2,000", "新規借入": "0", "借入金返済": "7,000", "財務収支": "−7,000",
        "翌月繰越": "25,000",
        "翌月繰越・中央の見通し（P50）": "25,000", "翌月繰越・低めの見通し（P10）": "24,000",
    }  # fmt: skip
    assert {row.words.ja for row in table.rows if row.style == "total"} == {
        "経常収入", "経常支出", "経常収支", "総合収支", "財務収支", "翌月繰越",
    }  # fmt: skip


def test_a_month_begins_with_what_the_last_one_left(make_projections: Maker) -> None:
    rows = {row.words.ja: row.cells for row in cash_table(make_projections(), 1e3).rows}
    assert rows["前月繰越"][1:] == rows["翌月繰越"][:-1]


def test_a_path_not_known_has_no_row_and_there_is_no_negative_nought(
    make_projections: Maker,
) -> None:
    rows = make_projections().assign(closing_p10_yen=np.nan)
    rows["new_loans_yen"] = rows["new_loans_yen"] - 300.0  # −0.3 thousand yen
    table = cash_table(rows, 1e3)
    assert not any("P10" in row.words.ja for row in table.rows)
    assert next(row.cells[0] for row in table.rows if row.words.ja == "新規借入") == "0"


def test_amounts_are_shown_on_the_scale_of_the_largest(make_projections: Maker) -> None:
    assert chart_scale(make_projections()) == 1e3  # at most 30 million
    assert chart_scale(make_projections(past=101.0)) == 1e6


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.one_of(st.just(float("nan")), st.floats(-1e9, 1e9)), max_size=24))
def test_the_first_month_below_nothing_is_found(cash: list[float]) -> None:
    place = shortfall(np.array(cash))
    below = [value < 0 for value in cash]
    assert (place is None) == (not any(below))
    assert place is None or (below[place] and not any(below[:place]))


def test_months_ahead_are_those_projected(make_projections: Maker) -> None:
    assert projected(make_projections())["month"].iloc[[0, -1]].tolist() == [
        pd.Timestamp("2026-01-31"), pd.Timestamp("2026-12-31"),
    ]  # fmt: skip
    assert month_end(pd.Timestamp("2024-02-29")) == Words("2024年2月末", "the end of February 2024")
