"""What notes of talks say (定性情報, S61 to S64, S67): the signals readers found, fading with age.

A firm that is watched more closely is called on more often. So everything here is a mean over notes, or the
worst of them, times how fresh the latest is: a note written twice says no more than once, and how many there
are is kept beside as a part that no model sees. A firm without a note has no opinion: missing, not 0.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from features import per_firm
from features.panel import Panel

LOOK_BACK_MONTHS = 24  # at a half-life of six months a note then weighs a sixteenth
RECENT_MONTHS = 6
WORST = 2.0  # the strongest that a finding can be: polarity −2, believed without a doubt
# no level of an alert may stand on these alone: people's words are to be weighed beside figures (domain, 7.2)
IS_SOLE_GROUND = False

GROUPS = {  # feature -> signals
    "note_owner_pct": "Q1",
    "note_staff_pct": "Q2",
    "note_customers_pct": "Q3",
    "note_suppliers_pct": "Q4",
    "note_stock_pct": "Q5",
    "note_taxes_pct": "Q6",
    "note_funds_pct": "Q7",
    "note_business_pct": "Q8",
    "note_rumours_pct": "Q9",
    "note_control_pct": "Q10",
}
GOOD = "Q11"
CLEARED = ("denied", "resolved")


def current(signals: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray, int]:
    """Return the signals of each note's last known version, the note of each, and how many notes there are.

    Parameters
    ----------
    signals : DataFrame
        note_id, known_date: rows known by the day, of any version.

    Examples
    --------
    >>> rows = pd.DataFrame({"note_id": ["n", "n", "m"], "signal": ["Q1", "Q2", "Q1"],
    ...     "known_date": pd.to_datetime(["2025-01-01", "2025-02-01", "2025-01-01"])})
    >>> kept, note, notes = current(rows)
    >>> kept["signal"].tolist(), note.tolist(), notes
    (['Q2', 'Q1'], [0, 1], 2)
    """
    note, ids = pd.factorize(signals["note_id"])
    known = per_firm.days(signals["known_date"]).astype("int64")
    latest = np.full(len(ids), np.iinfo("int64").min)
    np.maximum.at(latest, note, known)
    is_current = known == latest[note]
    return signals[is_current], note[is_current], len(ids)


def strongest(note: np.ndarray, strength: np.ndarray, notes: int) -> np.ndarray:
    """Return the largest strength among each note's findings (notes,), 0 where there is none."""
    found = np.zeros(notes)
    np.maximum.at(found, note, strength)
    return found


def compute(panel: Panel) -> dict[str, np.ndarray]:
    """Return the family's features, each (F,) float64."""
    n, signals = len(panel), panel.facts["note_signals"]
    date = per_firm.days(signals["date"])
    signals, note, notes = current(signals[date > per_firm.months_back(panel.as_of_date, LOOK_BACK_MONTHS)])
    signal, polarity = signals["signal"].to_numpy(dtype=object), signals["polarity"].to_numpy()
    strength = np.abs(polarity) * signals["confidence"].to_numpy() / WORST
    of_note = {}
    for name, group in GROUPS.items():
        chosen = (signal == group) & (polarity < 0)
        of_note[name] = strongest(note[chosen], strength[chosen], notes)
    is_good, is_bad = signal == GOOD, polarity < 0
    of_note["note_good_pct"] = strongest(note[is_good], (polarity[is_good] > 0).astype(float), notes)
    worst = strongest(note[is_bad], strength[is_bad], notes)
    of_note["note_worse_pct"] = worst
    is_cleared = np.isin(signals["modality"].to_numpy(dtype=object), CLEARED) & ~is_good
    of_note["note_cleared_pct"] = strongest(note[is_cleared], np.ones(is_cleared.sum()), notes)
    return _of_firms(panel, signals, note, notes, of_note, n)


def _of_firms(
    panel: Panel,
    signals: pd.DataFrame,
    note: np.ndarray,
    notes: int,
    of_note: Mapping[str, np.ndarray],
    n: int,
) -> dict[str, np.ndarray]:
    """Bring what each note says to its firm: faded means, the worst of late, the change."""
    first = np.empty(notes, dtype="int64")
    first[note[::-1]] = np.arange(len(note))[
        ::-1
    ]  # a row of each note: firm, date and half-life are the same in all
    row = signals["row"].to_numpy()[first]
    date = per_firm.days(signals["date"])[first]
    age = per_firm.months_between(date, np.datetime64(panel.as_of_date, "D"))
    weight = 0.5 ** (age / signals["half_life_months"].to_numpy()[first])
    fresh = per_firm.largest(row, weight, n)
    tone, corpus = (_tone(signals, note, notes, name) for name in ("outcome", "corpus"))
    is_recent = date > per_firm.months_back(panel.as_of_date, RECENT_MONTHS)
    has_tone = ~np.isnan(tone)

    def faded(value: np.ndarray) -> np.ndarray:
        told = ~np.isnan(value)
        return per_firm.mean(row[told], value[told], n, weight[told]) * fresh

    def mean_of(chosen: np.ndarray) -> np.ndarray:
        return per_firm.mean(row[chosen], tone[chosen], n)

    now = is_recent & has_tone
    return {
        "note_tone_pct": 100.0 * faded(tone),
        "note_tone_worst_pct": 100.0 * per_firm.largest(row[now], tone[now], n),
        "note_tone_change_pct": 100.0 * (mean_of(now) - mean_of(has_tone & ~is_recent)),
        "note_corpus_ratio": faded(corpus),
        **{name: faded(100.0 * value) for name, value in of_note.items()},
        "notes_180d_count": per_firm.count(row[is_recent], n),
    }


def _tone(signals: pd.DataFrame, note: np.ndarray, notes: int, name: str) -> np.ndarray:
    """Return the tone of each note (notes,), NaN where no reader gave one."""
    chosen = (signals["signal"] == name).to_numpy()
    found = np.full(notes, np.nan)
    found[note[chosen]] = signals["value"].to_numpy()[chosen]
    return found
