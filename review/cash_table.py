"""One firm's 資金繰り表 as plain text for a terminal, in Japanese or in English."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from alerts.quantities import CURRENCIES, Language, money_scale
from features.cash_flow.bands import QUANTILES
from features.cash_flow.table import add_sums, read_lines
from review.labels import Words
from review.terminal import pad, text_width, wrap

WIDTH = 78
_HEAD, _CELL = 28, 8  # columns of a line's name, and of a month
_MONTHS = 6  # a block
_LEVELS = {
    "ledger": Words("期日明細による", "from due items"),
    "monthly": Words("試算表・入出金による", "from trial balances or account flows"),
    "annual": Words("決算書による", "from the latest closing"),
}
_SAID = {
    "title": Words("資金繰り予定（{level}、{unit}）", "Cash to come ({level}, {unit})"),
    "none": Words(
        "資金繰り予定はない: 現預金・売上・費用のいずれかが不明である。",
        "No projection of cash: cash, sales or costs are not known.",
    ),
    "p10": Words("予想残高 下位10%", "Expected cash, P10"),
    "p50": Words("予想残高 中央値", "Expected cash, median"),
    "p90": Words("予想残高 上位10%", "Expected cash, P90"),
    "note": Words(
        "翌月繰越は、約定どおり返済し新規借入をしない場合。予想残高は、過去の予定がその後どうなったかによる。",
        "Cash carried forward is what is left if loans are repaid as agreed and nothing new is borrowed. "
        "Expected cash is what became of such projections.",
    ),
    "unknown": Words("不明", "–"),
}


def cash_text(projections: pd.DataFrame, *, language: Language = "ja", currency: str = "yen") -> str:
    """Return a firm's 資金繰り表 of twelve months, in two blocks, with the cash to be expected.

    Parameters
    ----------
    projections : DataFrame
        The firm's rows of the scored table ``projections``; none: that is said.
    language : "ja" or "en"
    currency : str
        What amounts are in: ``yen`` or ``dollar``.

    Raises
    ------
    ValueError
        The language is neither ja nor en, or the rows are of several firms.

    Examples
    --------
    >>> cash_text(pd.DataFrame({"firm_id": [], "is_projected": []}), language="en")
    'No projection of cash: cash, sales or costs are not known.'
    >>> cash_text(pd.DataFrame({"firm_id": ["a", "b"]}))
    Traceback (most recent call last):
    ValueError: projections of one firm are wanted, not of 2
    """
    if language not in ("ja", "en"):
        raise ValueError(f"language must be ja or en, got {language!r}")
    if (firms := projections["firm_id"].nunique()) > 1:
        raise ValueError(f"projections of one firm are wanted, not of {firms}")

    def say(key: str, **values: object) -> str:
        return getattr(_SAID[key], language).format(**values)

    ahead = projections[projections["is_projected"].astype(bool)]
    if ahead.empty:
        return say("none")
    ahead = ahead.sort_values("month")
    yen = {name.removesuffix("_yen"): ahead[name].to_numpy() for name in ahead if name.endswith("_yen")}
    expected = {name: yen.pop(f"closing_{name}") for name in QUANTILES}
    lines = add_sums(yen)
    scale = money_scale(np.concatenate(list(lines.values())))
    labels = read_lines().set_index("line")[f"label_{language}"]
    rows = [(labels[name], values) for name, values in lines.items()]
    rows += [(say(name), values) for name, values in expected.items()]
    level = getattr(_LEVELS[ahead["level"].iloc[0]], language)
    text = [say("title", level=level, unit=_unit(scale, language, currency))]
    for first in range(0, len(ahead), _MONTHS):
        block = slice(first, first + _MONTHS)
        text += [
            "",
            pad("", _HEAD) + "".join(f"{month:%Y-%m}".rjust(_CELL) for month in ahead["month"][block]),
        ]
        text += [pad(name, _HEAD) + _cells(values[block] / scale, say) for name, values in rows]
    return "\n".join([*text, "", *wrap(say("note"), WIDTH)])


def _cells(values: np.ndarray, say: Callable[[str], str]) -> str:
    cells = [say("unknown") if np.isnan(value) else f"{round(value) + 0:,}" for value in values]
    return "".join(" " * max(_CELL - text_width(cell), 1) + cell for cell in cells)


def _unit(scale: float, language: Language, currency: str) -> str:
    money = CURRENCIES[currency]
    if language == "ja":
        return f"{'百万' if scale == 1e6 else '千'}{money.ja}"
    return f"{money.en} {'million' if scale == 1e6 else 'thousand'}"
