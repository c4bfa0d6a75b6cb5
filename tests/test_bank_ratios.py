import numpy as np
import pytest

from features import bank_ratios
from features.ratios import MISSING_INPUT, NEGATIVE_DENOMINATOR, NET_CASH, NOT_MEANINGFUL, OK

NAN = float("nan")


def one(value: float) -> np.ndarray:
    return np.array([value])


def test_repayment_cash_flow_pays_tax_on_a_profit_only():
    # 5 × (1 − 0.34) + 4 = 7.3; a loss of 5 pays no tax: −5 + 4 = −1
    flow = bank_ratios.repayment_cash_flow(np.array([5.0, -5.0, NAN]), np.full(3, 4.0))
    np.testing.assert_allclose(flow, [7.3, -1.0, NAN])


@pytest.mark.parametrize(
    ("debt", "working_capital", "cash_flow", "years", "status"),
    [
        (60, 16, 7.3, 44 / 7.3, OK),
        (60, -4, 8, 8.0, OK),  # negative working capital is to be repaid too: (60 + 4) ÷ 8
        (10, 16, 7.3, 0.0, NET_CASH),  # nothing beyond working capital
        (60, 16, 0, 100.0, NEGATIVE_DENOMINATOR),
        (60, 16, -7.3, 100.0, NEGATIVE_DENOMINATOR),  # −6 would look better than any firm
        (60, 16, 0.001, 100.0, OK),  # 44,000 years are as bad as never
        (10, 16, -7.3, NAN, NOT_MEANINGFUL),
        (NAN, 16, 7.3, NAN, MISSING_INPUT),
    ],
)
def test_years_to_repay_debt(debt, working_capital, cash_flow, years, status):
    ratio = bank_ratios.debt_years(one(debt), one(working_capital), one(cash_flow))
    assert (ratio.value[0], ratio.status[0]) == (pytest.approx(years, nan_ok=True), status)


def test_interest_cover():
    # (6 + 0.2) ÷ 1.5; unknown interest income counts as none; a loss covers nothing; no interest, no ratio
    ratio = bank_ratios.interest_cover(
        np.array([6.0, 6.0, -3.0, 6.0, NAN]),
        np.array([0.2, NAN, 0.0, 0.0, 0.0]),
        np.array([1.5, 1.5, 1.5, 0, 0]),
    )
    np.testing.assert_allclose(ratio.value, [6.2 / 1.5, 4.0, -2.0, NAN, NAN])
    assert ratio.status.tolist() == [OK, OK, OK, NOT_MEANINGFUL, MISSING_INPUT]


def test_turnover_in_months_and_the_cash_conversion_cycle():
    assert bank_ratios.of_monthly_sales(one(20), one(120))[0] == pytest.approx(2.0)
    # 365 × 20/120 + 365 × (10 − 14)/84 = 60.833 − 17.381
    days = bank_ratios.cash_conversion_days(one(20), one(10), one(14), one(120), one(84))
    assert days[0] == pytest.approx(43.452, abs=1e-3)


def test_altman_is_higher_for_the_safer_firm_and_has_no_constant():
    # 6.56·0.09 + 3.26·0.12 + 6.72·0.06 + 1.05·20/80 = 0.5904 + 0.3912 + 0.4032 + 0.2625
    safe = bank_ratios.altman_z2(one(9), one(12), one(6), one(20), one(100), one(80))
    weak = bank_ratios.altman_z2(one(-9), one(-12), one(-6), one(-20), one(100), one(120))
    assert safe[0] == pytest.approx(1.6473)
    assert weak[0] < 0 < safe[0]
