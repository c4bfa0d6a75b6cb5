"""Which rows of the Spanish set are the same firm: found again by what does not change from year to year.

The set has no firm number. Its years list the firms in one order (a firm that a year lacks is skipped), and
year of birth, province, legal form and number of partners stay the same: walking through the last year's list
in order finds every row of every year. A firm that went bankrupt stays marked in later years.
"""

import numpy as np
import pandas as pd

from intake.contracts import TableError

STABLE = ("PROVINCE_CODE", "SOCIAL_CODE", "NUMBER_PARTNERS")


def find_firms(rows: pd.DataFrame) -> np.ndarray:
    """Return a number of the firm for each row: its place in the last year's list.

    Parameters
    ----------
    rows : DataFrame (n, ...)
        YEAR, AGE and `STABLE`, in the order of the file.

    Returns
    -------
    (n,) int64

    Raises
    ------
    TableError
        If a row finds no firm: the order or the stable columns are not what this rests on.

    Examples
    --------
    >>> rows = pd.DataFrame({"YEAR": [2002, 2003, 2003], "AGE": [4, 9, 5], "PROVINCE_CODE": [8, 8, 8],
    ...                      "SOCIAL_CODE": ["Co", "Co", "Co"], "NUMBER_PARTNERS": [2, 1, 2]})
    >>> find_firms(rows).tolist()
    [1, 0, 1]
    >>> find_firms(rows.assign(AGE=[7, 9, 5]))
    Traceback (most recent call last):
    intake.contracts.TableError: table spain_bankruptcy, row 2002, number 0: no firm of 2003 fits
    """
    signs = pd.MultiIndex.from_arrays([rows["YEAR"] - rows["AGE"], *(rows[name] for name in STABLE)])
    signs = np.array(signs.to_flat_index(), dtype=object)
    years = rows["YEAR"].to_numpy()
    last = years.max()
    listed = list(signs[years == last])
    firms = np.empty(len(rows), dtype=np.int64)
    for year in np.unique(years):
        place = -1
        for number, row in enumerate(np.flatnonzero(years == year)):
            place += 1
            while place < len(listed) and listed[place] != signs[row]:
                place += 1
            if place == len(listed):
                raise TableError(
                    "spain_bankruptcy", f"no firm of {last} fits", key=f"{year}, number {number}"
                )
            firms[row] = place
    return firms
