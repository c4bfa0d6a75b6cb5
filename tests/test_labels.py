"""Labels: every code that a page may meet has words in both languages."""

import pandas as pd
import pytest

from features.tier import TIERS
from intake.contracts import INDUSTRIES, SIZE_CLASSES, TABLES, UNKNOWN
from models.grades import letters
from review.labels import Words, codes, fault, label


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        ("industry", [*INDUSTRIES, UNKNOWN]),
        ("size", [*SIZE_CLASSES, UNKNOWN]),
        ("tier", ["none", *TIERS]),
        ("table", TABLES),
        ("grade", letters()),
    ],
)
def test_every_code_of_the_house_has_words(kind: str, known: list[str]) -> None:
    assert set(known) <= set(codes(kind))


def test_no_code_stands_twice_and_english_is_english() -> None:
    rows = [
        (kind, code)
        for kind in ("industry", "tier", "table", "metric", "model", "split", "fault")
        for code in codes(kind)
    ]
    assert len(rows) == len(set(rows))
    assert all(label(kind, code).en.replace("″", "").isascii() for kind, code in rows)


def test_an_unlisted_code_stands_for_itself() -> None:
    assert label("industry", "9999") == Words("9999", "9999")
    assert label("tier", pd.NA) == Words("<NA>", "<NA>")


def test_reasons_of_the_quarantine_keep_the_name_of_the_column() -> None:
    assert fault("sales: not a number") == Words("sales：数値でない", "sales: not a number")
    assert fault("grade: in_range(1, 9)").ja == "grade：in_range(1, 9)"
