"""What a reason says: one scale for its three figures, counters that suit, and what was known late."""

import math
from dataclasses import replace

import pytest

from alerts.findings import LATE_ITEMS, PEERS, PROVISION_ITEM, Finding, head, step, texts
from alerts.items import load_items

SALES = Finding("売上高", "Sales", "yen", 0, 320e6, 5e6, 99e6)


def test_amounts_share_the_scale_of_the_largest() -> None:
    assert texts(SALES, "ja") == ("320百万円", "5百万円", "99百万円")
    # 99 million is below 100 million: thousands
    assert texts(replace(SALES, value=2e6), "en") == (
        "JPY 2,000 thousand",
        "JPY 5,000 thousand",
        "JPY 99,000 thousand",
    )


@pytest.mark.parametrize(
    ("label", "counter"),
    [("営業赤字の期数（直近3期）", "期"), ("条件変更の回数（36か月）", "回"), ("保証件数", "件")],
)
def test_counts_have_the_counter_of_what_is_counted(label: str, counter: str) -> None:
    assert texts(Finding(label, "x", "count", 1, 2.0, 1.0), "ja") == (f"2{counter}", f"1{counter}", "不明")


def test_years_end_where_the_dictionary_does() -> None:
    debt = Finding("債務償還年数", "Years to repay", "years", 1, 100.0, 8.0, 7.5)
    assert texts(debt, "ja") == ("100年以上", "8年", "7.5年")
    assert texts(debt, "en")[0] == "100 years or more"


def test_what_reads_the_same_is_no_step() -> None:
    assert step(1.0, 2.0, "1", "2") == -1
    assert step(2.0, 1.0, "2", "1") == 1
    assert step(1.01, 1.02, "1.0", "1.0") == 0
    assert step(1.0, math.nan, "1", "不明") == 0


def test_items_named_here_are_real_and_some_come_to_light_late() -> None:
    assert LATE_ITEMS | {PROVISION_ITEM} <= set(load_items().index)
    assert replace(SALES, item="S59").is_late
    assert not SALES.is_late
    assert set(PEERS) == {"cell", "industry", "all"}
    assert head("売上高") == "売上高"
