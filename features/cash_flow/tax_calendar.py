"""When taxes and social insurance are paid, in months after the end of a business year.

Each rule stands with its mark of trust. Payments are due by a month's end and count in that month even where
it ends on a holiday: the money has to be there, and a tax paid a day late into the next month would show two
payments in one month and none in another.
"""

import numpy as np

# Corporate and consumption tax: within two months of the year's end.
# [found: takamikk.jp 確定申告; domain 6.3: own knowledge]. An extension by a month (申告期限の延長) is rare.
FINAL_AFTER = 2

# Corporate tax halfway: within two months after the first six of the year, half of the last year's tax, where
# that half is above 100,000 yen of national tax [found: tabisland.ne.jp on 法人税法 71条; infotrainsys.com].
CORPORATE_HALFWAY_AFTER = 8
CORPORATE_HALFWAY_ABOVE_YEN = 200_000.0

# Consumption tax in instalments, by the last year's national part without the local one: none to 480,000
# yen, one of a half to 4 million, three of a quarter to 48 million, above that eleven of a twelfth; each
# within two months after its period, of eleven the first with the second
# [found: nta.go.jp タックスアンサー 6609; taxcom.co.jp for the first of eleven].
CONSUMPTION_ABOVE_YEN = (480_000.0, 4_000_000.0, 48_000_000.0)
# share of the last year's tax in month 0, 1, … 13 after that year's end, by number of instalments
_SCHEDULES: dict[int, dict[int, float]] = {
    0: {},
    1: {8: 1 / 2},
    3: {5: 1 / 4, 8: 1 / 4, 11: 1 / 4},
    11: {4: 2 / 12, **dict.fromkeys(range(5, 14), 1 / 12)},
}
INSTALMENTS = tuple(_SCHEDULES)
LONGEST_AFTER = 13
CONSUMPTION_INSTALMENTS = np.zeros((len(INSTALMENTS), LONGEST_AFTER + 1))
for _place, _shares in enumerate(_SCHEDULES.values()):
    for _month, _share in _shares.items():
        CONSUMPTION_INSTALMENTS[_place, _month] = _share

# Social insurance, both halves of it: by the end of the month after [found: dxlog.biz; moneyforward.com;
# domain 6.3: own knowledge]. Income tax withheld (10th of the month after; small firms twice a year) is left
# in wages: at some 3 % of pay it moves cash by days.
SOCIAL_AFTER = 1

# Bonuses: July and December unless the books say otherwise [domain 6.3: own knowledge, verify].
BONUS_MONTHS = (7, 12)


def consumption_schedule(
    national_tax: np.ndarray, above_yen: tuple[float, ...] = CONSUMPTION_ABOVE_YEN
) -> np.ndarray:
    """Return which share of a year's consumption tax is paid ahead in each month after that year's end.

    Parameters
    ----------
    national_tax : (n,) float64, yen
        The ended year's tax without its local part; NaN counts as none.
    above_yen : three floats, rising
        Above which tax there are 1, 3 and 11 instalments.

    Returns
    -------
    (n, 14) float64
        Column m: m months after the year's end.

    Raises
    ------
    ValueError
        If the thresholds are not three or do not rise.

    Examples
    --------
    >>> shares = consumption_schedule(np.array([480_000.0, 480_001.0, 5e6, 5e7]))
    >>> [(row > 0).sum().item() for row in shares], shares.sum(axis=1).round(3).tolist()
    ([0, 1, 3, 10], [0.0, 0.5, 0.75, 0.917])
    >>> consumption_schedule(np.array([1.0]), above_yen=(1.0, 3.0, 2.0))
    Traceback (most recent call last):
    ValueError: three rising thresholds are wanted, not (1.0, 3.0, 2.0)
    """
    if len(above_yen) != len(INSTALMENTS) - 1 or list(above_yen) != sorted(set(above_yen)):
        raise ValueError(f"three rising thresholds are wanted, not {above_yen}")
    known = np.nan_to_num(np.asarray(national_tax, dtype=np.float64))
    return CONSUMPTION_INSTALMENTS[np.searchsorted(above_yen, known, side="left")]
