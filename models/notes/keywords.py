"""A list of keywords over the notes: which of them stand in a note, and what they add up to for a firm.

`keywords.csv` was written by reading 200 notes, drawn at random from those of 600 firms over 132 months that
the simulator makes from seed 811, which no study uses. Only the texts were looked at: neither what the notes
were made from nor what became of the firms. docs/notes.md says how.

A word counts in a note where it stands in it, once, whatever stands around it: a denial, a rumour or a matter
long settled counts like a finding. That is meant: what reading more than words is worth shows beside this.
"""

import unicodedata
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from models.cohorts import month_end, months_later

TOPICS = (*(f"Q{number}" for number in range(1, 12)), "all")  # all: worry or calm about no topic of its own
SIGNS = {"worse": 1, "better": -1}
SOURCES = ("read", "added")  # stood in one of the 200 notes, or is another way to say what did

# Of the firm-quarters of the portfolio that was read 65 % have a note in 12 months, 29 % in 3, 78 % in 24:
# fewer months leave most firms without a word, more keep what has long passed.
WINDOW_MONTHS = 12


def check(keywords: pd.DataFrame) -> None:
    """Refuse a list that breaks its own rules.

    Raises
    ------
    ValueError
        Naming the word, the column and the value: a word that is empty, there twice, not in NFKC form or part
        of another of its direction (one finding would count twice); an unknown topic, direction or source; a
        reason left empty.
    """
    words = keywords["word"]
    is_part = [
        any(word != other and word in other for other in words[keywords["direction"] == direction])
        for word, direction in zip(words, keywords["direction"], strict=True)
    ]
    rules = {
        "word": (words != "") & ~words.duplicated() & (words == normalised(words)) & ~np.array(is_part),
        "topic": keywords["topic"].isin(TOPICS),
        "direction": keywords["direction"].isin(list(SIGNS)),
        "source": keywords["source"].isin(SOURCES),
        "why": keywords["why"] != "",
    }
    for column, good in rules.items():
        for row in keywords[~good].itertuples(index=False):
            raise ValueError(f"keywords.csv: word {row.word!r} has {column} {getattr(row, column)!r}")


@cache
def _read() -> pd.DataFrame:
    keywords = pd.read_csv(files("models.notes") / "keywords.csv", dtype="str", keep_default_na=False)
    check(keywords)
    return keywords


def load_keywords() -> pd.DataFrame:
    """Return the list, checked.

    Returns
    -------
    DataFrame
        `word`; `topic` (the group of signals it speaks of, or all); `direction` (worse, better); `source`
        (read in one of the 200 notes, or added); `why`.
    """
    return _read().copy()


def normalised(texts: pd.Series) -> pd.Series:
    """Return texts in NFKC form: full-width digits, letters and signs become plain ones."""
    return texts.map(lambda text: unicodedata.normalize("NFKC", text)).astype("str")


def hits(texts: pd.Series, words: pd.Series) -> pd.DataFrame:
    """Return which words stand in which notes.

    Parameters
    ----------
    texts : Series (n,) of str
    words : Series (k,) of str
        In NFKC form, as `load_keywords` has them.

    Returns
    -------
    DataFrame (n, k) of bool
        The index of `texts`, a column per word.

    Raises
    ------
    ValueError
        If a text is missing.

    Examples
    --------
    >>> hits(pd.Series(["滞納はない", "売上５％減"]), pd.Series(["滞納", "%減"]))
          滞納     %減
    0   True  False
    1  False   True
    >>> hits(pd.Series(["滞納はない", None]), pd.Series(["滞納"]))
    Traceback (most recent call last):
    ValueError: notes: the row at 1 has no text
    """
    if texts.isna().any():
        raise ValueError(f"notes: the row at {texts.index[texts.isna()][0]} has no text")
    plain = normalised(texts)
    return pd.DataFrame({word: plain.str.contains(word, regex=False) for word in words}, index=texts.index)


def note_scores(texts: pd.Series) -> pd.DataFrame:
    """Count the worse and the better words of each note.

    Parameters
    ----------
    texts : Series (n,) of str

    Returns
    -------
    DataFrame (n, 3) of int
        The index of `texts`; `worse` and `better` (how many words of each direction stand in the note) and
        `score` (worse less better: higher is riskier, 0 says nothing).

    Examples
    --------
    >>> note_scores(pd.Series(["主力先より発注停止。資金不足。", "業況順調", "代表者と面談"]))
       worse  better  score
    0      2       0      2
    1      0       1     -1
    2      0       0      0
    """
    keywords = load_keywords()
    found = hits(texts, keywords["word"])
    counts = {name: found.loc[:, (keywords["direction"] == name).to_numpy()].sum(axis=1) for name in SIGNS}
    return pd.DataFrame(counts | {"score": sum(sign * counts[name] for name, sign in SIGNS.items())})


def firm_scores(
    notes: pd.DataFrame, as_of_date: str | pd.Timestamp, *, months: int = WINDOW_MONTHS
) -> pd.DataFrame:
    """Add up the notes of each firm that became known in the months before a date.

    Parameters
    ----------
    notes : DataFrame
        note_id, firm_id, known_date, and `worse` and `score` as `note_scores` gives them. Of a note that was
        corrected, the last version known by `as_of_date` counts.
    as_of_date : month end
        Notes known later are not seen.
    months : int
        Notes with a known_date after `as_of_date` less `months` count.

    Returns
    -------
    DataFrame
        Indexed by firm_id, firms with a note in the window alone: `notes` (their number), `worse` and `score`
        (sums), `mean_score` (score per note).

    Raises
    ------
    ValueError
        If `as_of_date` is no month end or `months` is not positive.

    Examples
    --------
    >>> notes = pd.DataFrame({
    ...     "note_id": ["1", "2", "3"], "firm_id": ["a", "a", "a"], "worse": [4, 2, 2], "score": [4, 1, 2],
    ...     "known_date": pd.to_datetime(["2023-12-31", "2024-01-01", "2025-01-01"])})
    >>> firm_scores(notes, "2024-12-31").reset_index()
      firm_id  notes  worse  score  mean_score
    0       a      1      2      1         1.0
    >>> firm_scores(notes, "2024-12-30")
    Traceback (most recent call last):
    ValueError: 2024-12-30 is not the last day of a month
    """
    as_of_date = month_end(as_of_date)
    if months < 1:
        raise ValueError(f"months must be positive, got {months}")
    known = notes[notes["known_date"] <= as_of_date].sort_values("known_date")
    latest = known.drop_duplicates("note_id", keep="last")
    within = latest[latest["known_date"] > months_later(as_of_date, -months)]
    return within.groupby("firm_id").agg(
        notes=("score", "size"), worse=("worse", "sum"), score=("score", "sum"), mean_score=("score", "mean")
    )
