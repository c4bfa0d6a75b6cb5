import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import ratios
from features.ratios import (
    MISSING_INPUT,
    NEGATIVE_DENOMINATOR,
    NET_CASH,
    NOT_MEANINGFUL,
    OK,
    STATUS_NAMES,
    ZERO_DENOMINATOR,
)

NAN = float("nan")


def one(value: float) -> np.ndarray:
    return np.array([value])


def only(ratio: ratios.Ratio) -> tuple[float, int]:
    return float(ratio.value[0]), int(ratio.status[0])


def test_the_six_indicators_of_a_firm_worked_by_hand():
    # sales 120 M after 125 M: 120/125 − 1 = −4 %
    assert only(ratios.sales_growth(one(120e6), one(125e6))) == (pytest.approx(-4.0), OK)
    # operating profit 6 M of 120 M: 5 %
    assert only(ratios.op_margin(one(6e6), one(120e6))) == (pytest.approx(5.0), OK)
    # 6 M by 8 heads: 750 thousand yen
    assert only(ratios.labor_productivity(one(6e6), one(8))) == (pytest.approx(750_000.0), OK)
    # (60 M − 10 M) ÷ (6 M + 4 M) = 5 times
    assert only(ratios.net_debt_ebitda(one(60e6), one(10e6), one(10e6))) == (pytest.approx(5.0), OK)
    # (20 M + 10 M − 14 M) ÷ 10 M a month = 1.6 months
    assert only(ratios.owc_turnover(one(20e6), one(10e6), one(14e6), one(120e6))) == (pytest.approx(1.6), OK)
    # 20 M of 100 M: 20 %
    assert only(ratios.equity_ratio(one(20e6), one(100e6))) == (pytest.approx(20.0), OK)


@pytest.mark.parametrize(
    ("debt", "cash", "ebitda", "value", "status"),
    [
        (50, 10, 10, 4.0, OK),
        (10, 50, 10, -4.0, NET_CASH),
        (10, 10, 10, 0.0, NET_CASH),
        (50, 10, -10, NAN, NEGATIVE_DENOMINATOR),  # a loss cannot carry debt
        (50, 10, 0, NAN, NEGATIVE_DENOMINATOR),
        (10, 50, -10, NAN, NOT_MEANINGFUL),  # −40 ÷ −10 = 4 would look as good as the first row
        (10, 50, 0, NAN, NOT_MEANINGFUL),
        (NAN, 50, 10, NAN, MISSING_INPUT),
        (10, NAN, 10, NAN, MISSING_INPUT),
        (10, 50, NAN, NAN, MISSING_INPUT),
    ],
)
def test_net_debt_to_ebitda_lets_the_signs_decide(debt, cash, ebitda, value, status):
    found = only(ratios.net_debt_ebitda(one(debt), one(cash), one(ebitda)))
    assert found == (pytest.approx(value, nan_ok=True), status)


def test_denominators_of_zero_and_unknown_parts_have_the_status_of_the_reference():
    assert only(ratios.sales_growth(one(5), one(0)))[1] == MISSING_INPUT
    assert only(ratios.sales_growth(one(0), one(5))) == (-100.0, OK)
    assert only(ratios.labor_productivity(one(5), one(0)))[1] == MISSING_INPUT
    assert only(ratios.labor_productivity(one(-5), one(2))) == (-2.5, OK)
    assert only(ratios.op_margin(one(5), one(0)))[1] == ZERO_DENOMINATOR
    assert only(ratios.owc_turnover(one(5), one(1), one(1), one(0)))[1] == ZERO_DENOMINATOR
    assert only(ratios.owc_turnover(one(5), one(NAN), one(1), one(12)))[1] == MISSING_INPUT
    assert only(ratios.equity_ratio(one(-5), one(10))) == (-50.0, OK)
    assert only(ratios.equity_ratio(one(NAN), one(0)))[1] == MISSING_INPUT


def test_the_parts_are_kept_beside_the_ratio():
    ratio = ratios.owc_turnover(one(20), one(10), one(14), one(120))
    assert (ratio.numerator[0], ratio.denominator[0]) == (16.0, 10.0)


def test_status_codes_name_what_they_say():
    codes = (OK, MISSING_INPUT, ZERO_DENOMINATOR, NEGATIVE_DENOMINATOR, NOT_MEANINGFUL, NET_CASH)
    assert [STATUS_NAMES[code] for code in codes] == [
        "ok",
        "missing_input",
        "zero_denominator",
        "negative_denominator",
        "not_meaningful",
        "net_cash",
    ]


yen = st.one_of(st.just(NAN), st.integers(-(2**53), 2**53).map(float))


@given(yen, yen, yen)
def test_a_ratio_is_finite_or_missing_and_its_status_says_which(a, b, c):
    for ratio in (
        ratios.divide(one(a), one(b)),
        ratios.sales_growth(one(a), one(b)),
        ratios.net_debt_ebitda(one(a), one(b), one(c)),
        ratios.owc_turnover(one(a), one(b), one(b), one(c)),
    ):
        value, status = only(ratio)
        assert not np.isinf(value)
        assert np.isnan(value) == (status not in (OK, NET_CASH))


@given(yen, yen, yen)
def test_a_ratio_of_yen_does_not_depend_on_the_unit(debt, cash, ebitda):
    plain = only(ratios.net_debt_ebitda(one(debt), one(cash), one(ebitda)))
    tenfold = only(ratios.net_debt_ebitda(one(debt * 10), one(cash * 10), one(ebitda * 10)))
    assert tenfold == (pytest.approx(plain[0], rel=1e-12, nan_ok=True), plain[1])
