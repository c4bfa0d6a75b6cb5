from dataclasses import replace

import numpy as np
import pandas as pd

from features import grades
from features.dictionary import load_dictionary, monotone_of
from features.panel import Panel

NAN = float("nan")


def compute(*facts: tuple[int, str, float, bool]) -> dict[str, list[float]]:
    panel = Panel.empty(["a", "b", "c"], "2025-03-31")
    rows = pd.DataFrame(facts, columns=["row", "graded_on", "grade", "assigned_by_default"])
    rows = rows.assign(graded_on=pd.to_datetime(rows["graded_on"]))
    found = grades.compute(replace(panel, facts={**panel.facts, "crd_grades": rows}))
    return {name: row.tolist() for name, row in found.items()}


def test_latest_grade_and_its_change():
    found = compute(
        (0, "2024-06-30", 6.0, False),
        (0, "2023-06-30", 8.0, False),
        (0, "2022-06-30", 1.0, False),
        (1, "2024-06-30", 5.0, True),
    )
    np.testing.assert_array_equal(found["crd_grade"], [6, 5, NAN])
    np.testing.assert_array_equal(found["crd_change_grade"], [-2, NAN, NAN])
    np.testing.assert_array_equal(found["is_crd_grade_by_default"], [0, 1, NAN])


def test_a_step_from_a_grade_given_by_default_is_no_change_of_the_firm():
    found = compute((0, "2023-06-30", 5.0, True), (0, "2024-06-30", 3.0, False))
    np.testing.assert_array_equal(found["crd_change_grade"], [NAN, NAN, NAN])


def test_grade_1_is_the_worst():
    # the direction trap: McSS A to E and TDB G1 to G10 run the other way
    assert monotone_of(["crd_grade", "crd_change_grade"]) == [-1, -1]
    row = load_dictionary().set_index("name").loc["crd_grade"]
    assert "1 worst, 9 best" in row["label_en"]
