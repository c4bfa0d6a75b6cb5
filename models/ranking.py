"""Rows sorted from the riskiest once, then measured under many weights: what a quick bootstrap needs."""

from dataclasses import dataclass

import numpy as np


def capacity(n: float, share: float) -> int:
    """Return how many of `n` rows a review capacity of `share` holds: rounded half up, at least one.

    Rounded rather than cut off, as in the published code of Bao et al. (2020).

    Examples
    --------
    >>> capacity(250, 0.01), capacity(20, 0.01)
    (3, 1)
    >>> capacity(20, 1.5)
    Traceback (most recent call last):
    ValueError: share must lie in (0, 1], got 1.5
    """
    if not 0 < share <= 1:
        raise ValueError(f"share must lie in (0, 1], got {share}")
    return max(1, int(np.floor(n * share + 0.5)))


class Ranking:
    """The order of rows by falling score; among equal scores the negatives come first.

    Broken that way a tie never flatters a capacity (`rank_tiebreaker: worst` elsewhere): a review list
    cut through a tie counts the worst it could hold. AUC, average precision and KS see ties as one step.

    Parameters
    ----------
    y : (n,) of 0 and 1
    score : (n,) float, higher is riskier, without NaN
    """

    def __init__(self, y: np.ndarray, score: np.ndarray) -> None:
        self.order = np.lexsort((y, -score))
        self.y = np.asarray(y, dtype=np.float64)[self.order]
        ranked = score[self.order]
        self.ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))  # last row of each tie

    def under(self, weight: np.ndarray) -> "Weighted":
        """Return the ranking with `weight` (n,), given in the rows' own order."""
        return self.under_sorted(np.asarray(weight, dtype=np.float64)[self.order])

    def under_sorted(self, weight: np.ndarray) -> "Weighted":
        """Return the ranking with `weight` (n,), given in the order of falling score."""
        return Weighted(self, weight, np.cumsum(weight), np.cumsum(weight * self.y))


@dataclass(frozen=True)
class Weighted:
    """A ranking whose rows count `weight` times: whole numbers act as repeated rows."""

    ranking: Ranking
    weight: np.ndarray  # (n,) in ranking order
    rows: np.ndarray  # (n,) running sum of the weight
    positives: np.ndarray  # (n,) running sum of the positives' weight

    def _curve(self) -> tuple[np.ndarray, np.ndarray]:
        """Return true and false positives at the end of each tie."""
        true = self.positives[self.ranking.ends]
        return true, self.rows[self.ranking.ends] - true

    def auc(self) -> float:
        """Area under the ROC curve, by trapezoids between ties."""
        true, false = self._curve()
        heights = true + np.concatenate(([0.0], true[:-1]))
        return float(np.diff(false, prepend=0.0) @ heights / (2 * true[-1] * false[-1]))

    def pr_auc(self) -> float:
        """Average precision: precision at each tie's end, weighted by the recall gained there."""
        true, _ = self._curve()
        flagged = self.rows[self.ranking.ends]
        precision = np.divide(true, flagged, out=np.zeros_like(true), where=flagged > 0)
        return float(np.diff(true, prepend=0.0) @ precision / true[-1])

    def ks(self) -> float:
        """Largest distance between the two labels' distributions of the score."""
        true, false = self._curve()
        return float(np.abs(true / true[-1] - false / false[-1]).max())

    def hits_at(self, share: float) -> tuple[float, int]:
        """Return the positives among the first `share` of the rows, and how many rows that is."""
        k = capacity(self.rows[-1], share)
        cut = int(np.searchsorted(self.rows, k))  # the row through which the capacity ends
        before = (self.rows[cut - 1], self.positives[cut - 1]) if cut else (0.0, 0.0)
        return float(before[1] + self.ranking.y[cut] * (k - before[0])), k

    def precision_at(self, share: float) -> float:
        """Share of positives among the flagged."""
        hits, k = self.hits_at(share)
        return hits / k

    def recall_at(self, share: float) -> float:
        """Share of the positives that are flagged."""
        return self.hits_at(share)[0] / float(self.positives[-1])

    def ndcg_at(self, share: float) -> float:
        """Discounted gain of the flagged against that of a perfect ranking, for labels 0 and 1."""
        k = capacity(self.rows[-1], share)
        ranks = np.arange(k + 1, dtype=np.float64)
        gain = np.concatenate(([0.0], np.cumsum(1 / np.log2(ranks[1:] + 1))))
        hit = np.flatnonzero(self.ranking.y == 1)
        last = np.minimum(self.rows[hit], k)
        first = np.minimum(self.rows[hit] - self.weight[hit], k)
        # a weight that is no whole number takes its part of a rank's gain
        found = np.interp(last, ranks, gain) - np.interp(first, ranks, gain)
        return float(found.sum() / np.interp(min(k, self.positives[-1]), ranks, gain))
