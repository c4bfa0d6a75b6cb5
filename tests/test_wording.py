"""Sentences: what they say follows from the figures, in both languages."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.findings import Finding
from alerts.quantities import UNITS
from alerts.wording import sentence

NAN = math.nan
CASH = Finding("手元流動性", "Cash in months of sales", "months", -1, 0.8, 1.6, 1.9)


def test_worse_and_below_its_peers() -> None:
    assert (
        sentence(CASH, "ja")
        == "手元流動性は0.8か月と、1年前の1.6か月から減少し、同業種・同規模の中央値1.9か月を下回る。"
    )
    assert sentence(CASH, "en") == (
        "Cash in months of sales: 0.8 months, down from 1.6 months a year before "
        "and below the median of the same industry and size (1.9 months)."
    )


def test_better_than_a_year_before_is_said_although_the_level_still_raises_the_risk() -> None:
    equity = Finding("自己資本比率", "Equity ratio", "pct", -1, 5.2, 3.1, 21.0, peers="industry")
    assert (
        sentence(equity, "ja")
        == "自己資本比率は5.2%と、1年前の3.1%から上昇したものの、なお同業種の中央値21.0%を下回る。"
    )
    assert "up from 3.1% a year before but still below the median of the industry (21.0%)" in sentence(
        equity, "en"
    )


def test_neither_worse_nor_off_its_peers_is_called_that() -> None:
    current = Finding("流動比率", "Current ratio", "pct", -1, 210.0, 180.0, 150.0, peers="all")
    assert sentence(current, "ja") == (
        "流動比率は210.0%（1年前 180.0%、全業種の中央値 150.0%）で、"
        "単独では悪化を示さないものの、他の項目との組合せでリスクを高める方向に働いている。"
    )
    assert "no worsening by itself" in sentence(current, "en")


def test_without_a_known_direction_only_the_level_is_spoken_of() -> None:
    sales = Finding("売上高", "Sales", "yen", 0, 5.1e7, 6.2e7)
    assert sentence(sales, "ja") == (
        "売上高は51,000千円（1年前 62,000千円）で、"
        "この水準がリスクを高める方向に働いている（高低のどちらが悪いとは決まらない項目）。"
    )
    assert sentence(sales, "en").endswith(
        "; this level raises the risk (neither high nor low is bad by itself)."
    )


def test_debt_paid_down_is_not_called_bad_by_itself() -> None:
    debt = Finding("借入金の増減（前年同月差、月商比）", "Change of debt", "months", 0, -2.8, NAN, 0.5)
    assert sentence(debt, "ja") == (
        "借入金の増減（前年同月差、月商比）は▲2.8か月（1年前 不明、同業種・同規模の中央値 0.5か月）で、"
        "この減少がリスクを高める方向に働いている（増減のどちらが悪いとは決まらない項目）。"
    )
    assert sentence(debt, "en").endswith(
        "; this fall raises the risk (neither a rise nor a fall is bad by itself)."
    )
    assert "この増加が" in sentence(replace(debt, value=2.8), "ja")
    assert "this course raises" in sentence(replace(debt, value=0.0), "en")
    payables = Finding("仕入債務回転期間", "Payables", "months", 0, -0.5, -0.2, 0.9, is_gap=True)
    assert sentence(payables, "ja").endswith(
        "（1年前は0.2か月下回る、高低のどちらが悪いとは決まらない項目）。"
    )
    assert sentence(payables, "en").endswith("; neither high nor low is bad by itself.")


def test_what_may_have_come_to_light_since_is_called_what_was_known() -> None:
    # of 24 months in arrears 8 or more lie before the year: they were not known of then
    arrears = Finding(
        "滞納のあった月数（24か月）", "Months in arrears, of 24", "count", 1, 20.0, 0.0, 0.0, item="S59"
    )
    assert sentence(arrears, "ja") == (
        "滞納のあった月数（24か月）は20件と、1年前に把握していた0件から増加し、同業種・同規模の中央値0件を上回る。"
    )
    assert sentence(arrears, "en") == (
        "Months in arrears, of 24: 20, up from 0 known a year before "
        "and above the median of the same industry and size (0)."
    )
    same, fewer = replace(arrears, year_before=20.0), replace(arrears, value=5.0, year_before=20.0)
    assert "1年前の把握から横ばいの20件で" in sentence(same, "ja")
    assert "unchanged on what was known a year before" in sentence(same, "en")
    assert "1年前に把握していた20件から減少したものの" in sentence(fewer, "ja")
    assert "known" not in sentence(replace(arrears, item="S48"), "en")
    eased = Finding("24か月以内の条件変更", "Rescheduled within 24 months", "flag", 1, 1.0, 0.0, item="S119")
    assert sentence(eased, "ja") == "「24か月以内の条件変更」に該当する（1年前の把握では該当せず）。"
    assert sentence(eased, "en") == "Rescheduled within 24 months: yes (known a year before: no)."
    assert sentence(replace(eased, year_before=NAN), "en").endswith("yes (a year before: not known).")


def test_profit_that_turns_negative() -> None:
    profit = Finding("営業利益率", "Operating margin", "pct", -1, -3.2, 1.5)
    assert sentence(profit, "ja") == "営業利益率は▲3.2%と、1年前の1.5%からマイナスに転じた。"


@pytest.mark.parametrize(
    ("label", "unit", "value", "before", "verb"),
    [
        ("売上債権回転期間", "months", 3.2, 2.1, "長期化した"),
        ("売上債権回転期間の変化（前期差）", "months", 1.2, -0.3, "上昇した"),
        ("営業赤字の月数（直近12か月）", "months", 7.0, 2.0, "増加した"),
        ("営業赤字の期数（直近3期）", "count", 2.0, 1.0, "1期から増加した"),
        ("条件変更の回数（36か月）", "count", 1.0, 0.0, "0回から増加した"),
        ("未払金比率（総資産比）", "pct", 9.0, 4.0, "上昇した"),
    ],
)
def test_the_verb_suits_the_measure(label: str, unit: str, value: float, before: float, verb: str) -> None:
    assert sentence(Finding(label, "x", unit, 1, value, before), "ja").endswith(verb + "。")


def test_flags_are_in_quotes_because_their_labels_are_states() -> None:
    grace = Finding("据置期間が6か月以内に終了", "Grace period ends within 6 months", "flag", 1, 1.0, 0.0)
    assert sentence(grace, "ja") == "「据置期間が6か月以内に終了」に該当する（1年前は該当せず）。"
    assert (
        sentence(replace(grace, year_before=1.0), "ja")
        == "「据置期間が6か月以内に終了」に該当する（1年前も同じ）。"
    )
    assert sentence(replace(grace, year_before=NAN), "ja").endswith("（1年前は不明）。")
    assert sentence(replace(grace, value=0.0, year_before=1.0), "ja").endswith(
        "に該当しない（1年前は該当）。"
    )
    assert sentence(grace, "en") == "Grace period ends within 6 months: yes (a year before: no)."


def test_a_missing_value_is_called_missing_and_never_a_worsening() -> None:
    text = sentence(replace(CASH, value=NAN), "ja")
    assert text == (
        "手元流動性は不明で（資料未入手または算出不能、1年前は1.6か月、同業種・同規模の中央値は1.9か月）、"
        "モデルは不明であること自体をリスクと評価している。"
    )
    assert "not known" in sentence(replace(CASH, value=NAN), "en")


def test_a_supply_of_information_that_stopped_is_said_to_have_stopped() -> None:
    age = Finding(
        "直近の試算表からの経過月数",
        "Months since the latest trial balance",
        "months",
        1,
        NAN,
        1.0,
        item="S12",
    )
    assert "資料の提供が途絶えており不明で（1年前は1か月）" in sentence(age, "ja")
    assert "no longer provided (a year before: 1 month)" in sentence(age, "en")
    never = replace(age, year_before=NAN)
    assert "資料の提供がなく不明で（1年前は不明）" in sentence(never, "ja")
    assert ": not provided (" in sentence(never, "en")


def test_distance_to_the_industry_names_the_side() -> None:
    gap = Finding("自己資本比率", "Equity ratio", "points", -1, -15.2, -10.1, 21.0, is_gap=True)
    assert (
        sentence(gap, "ja")
        == "自己資本比率は同業種・同規模の中央値を15.2ポイント下回る（1年前は10.1ポイント下回る、悪化）。"
    )
    assert sentence(gap, "en") == (
        "Equity ratio: 15.2 points below the median of the same industry and size "
        "(a year before 10.1 points below), worse than a year before."
    )
    level = replace(gap, value=0.01, year_before=NAN)
    assert sentence(level, "ja") == "自己資本比率は同業種・同規模の中央値と同水準にある（1年前は不明）。"


FIGURES = st.one_of(st.just(NAN), st.floats(-1e6, 1e6))


@settings(deadline=None)  # a busy machine is no failure
@given(
    st.sampled_from(UNITS), st.sampled_from([-1, 0, 1]), FIGURES, FIGURES, FIGURES,
    st.sampled_from(["cell", "industry", "all"]), st.booleans(), st.sampled_from(["S12", "S48", "S59"]),
)  # fmt: skip
def test_any_finding_is_one_sentence_that_claims_only_what_the_figures_show(
    unit: str, monotone: int, value: float, before: float, median: float, peers: str, is_gap: bool, item: str
) -> None:
    finding = Finding(
        "指標", "Measure", unit, monotone, value, before, median, peers, is_gap and unit != "flag", item
    )
    ja, en = sentence(finding, "ja"), sentence(finding, "en")
    assert ja.endswith("。")
    assert ja.count("。") == 1
    assert en.endswith(".")
    assert "nan" not in ja + en
    if math.isnan(before):
        assert "不明" in ja
        assert "known" in en or "provided" in en
    higher = value > before
    if "down from" in en:
        assert not higher
    if "up from" in en:
        assert higher
    if "worse than" in en or "悪化）" in ja:
        assert (value - before) * monotone > 0


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown unit"):
        sentence(replace(CASH, unit="furlong", value=NAN), "en")
