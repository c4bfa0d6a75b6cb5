"""The CRD grade (CRD区分, S88): 1 is the worst, 9 the best."""

import numpy as np

from features import per_firm
from features.panel import Panel


def compute(panel: Panel) -> dict[str, np.ndarray]:
    """Return the family's features, each (F,) float64."""
    n, facts = len(panel), panel.facts["crd_grades"]
    row, graded_on = facts["row"].to_numpy(), per_firm.days(facts["graded_on"])
    grade, by_default = facts["grade"].to_numpy(), facts["assigned_by_default"].to_numpy(dtype=np.float64)
    # grade 5 is given where no statement allows a grade: a step from or to it is no change of the firm
    earned = np.where(by_default == 1, np.nan, grade)

    def last(value: np.ndarray, back: int = 0) -> np.ndarray:
        return per_firm.last_of_each(row, graded_on, value, n, back=back)

    return {
        "crd_grade": last(grade),
        "crd_change_grade": last(earned) - last(earned, back=1),
        "is_crd_grade_by_default": last(by_default),
    }
