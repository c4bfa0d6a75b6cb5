import numpy as np
import pandas as pd

from intake.buckets import Buckets


def rows(firms: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"firm_id": firms, "day": pd.Timestamp("2024-03-31"), "amount": np.arange(len(firms)) * 1.0}
    )
    return frame.astype({"day": "datetime64[ms]"})


def test_rows_come_out_of_their_bucket_in_the_order_they_went_in(tmp_path):
    buckets = Buckets(tmp_path / "b")
    buckets.put(rows(["A", "B", "C", "B"]), np.array([7, 2, 7, 2]))
    buckets.put(rows(["D"]), np.array([7]))
    buckets.put(rows([]), np.array([], dtype="int64"))
    seven = buckets.take(7)
    assert seven["firm_id"].tolist() == ["A", "C", "D"]
    assert seven["amount"].tolist() == [0.0, 2.0, 0.0]
    assert buckets.take(2)["amount"].tolist() == [1.0, 3.0]
    pd.testing.assert_series_equal(seven.dtypes, rows(["A"]).dtypes)


def test_a_bucket_is_empty_once_taken_and_one_never_filled_is_none(tmp_path):
    buckets = Buckets(tmp_path / "b")
    buckets.put(rows(["A"]), np.array([0]))
    assert len(buckets.take(0)) == 1
    assert buckets.take(0) is None
    assert buckets.take(5) is None
    assert list((tmp_path / "b").iterdir()) == []
