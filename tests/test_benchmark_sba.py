from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from benchmarks import sba
from intake.contracts import TableError
from models.records import FIELDS


def make_loans(n: int = 600, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    amount = np.exp(rng.normal(11, 1, n)).round()
    share = rng.choice([0.5, 0.75, 0.85], n)
    fails = rng.random(n) < np.where(share == 0.5, 0.8, 0.3)
    return pd.DataFrame(
        {
            "loan_nr_chk_dgt": 1e9 + np.arange(n),
            "approval_fy": rng.integers(2001, 2009, n).astype(float),
            "mis_status": pd.Categorical(np.where(fails, "CHGOFF", "PIF")),
            "gr_appv": amount,
            "sba_appv": amount * share,
            "naics": rng.choice([238990.0, 722110.0, 0.0], n),
            "no_emp": rng.integers(0, 50, n).astype(float),
            "new_exist": rng.choice([1.0, 2.0, np.nan], n),
            "franchise_code": rng.choice([0.0, 1.0, 68020.0], n),
            "urban_rural": rng.choice([0.0, 1.0, 2.0], n),
            "low_doc": pd.Categorical(rng.choice(["Y", "N"], n)),
            "rev_line_cr": pd.Categorical(rng.choice(["Y", "N"], n)).set_categories(["N", "Y"]),
            "create_job": rng.integers(0, 9, n).astype(float),
            "retained_job": rng.integers(0, 9, n).astype(float),
        }
        | dict.fromkeys(sba.LEFT_OUT, 1.0)
    )


def write(folder: Path, loans: pd.DataFrame) -> Path:
    (folder / sba.SET).mkdir(parents=True)
    loans.to_parquet(folder / sba.SET / sba.FILE)
    return folder


def run(data: Path) -> list[dict]:
    return sba.run(data, seed=1, num_threads=1, progress=lambda done, total, what: None, n_resamples=10)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sba, "ROUNDS", 10)
    monkeypatch.setattr(sba, "SEEDS", 1)


def test_records_share_the_schema(tmp_path: Path) -> None:
    loans = make_loans()
    records = run(write(tmp_path, loans))
    assert all(tuple(row) == FIELDS for row in records)
    tested = loans["approval_fy"].between(2005, 2008)
    assert {(row["n"], row["positives"]) for row in records} == {
        (tested.sum(), (tested & (loans["mis_status"] == "CHGOFF")).sum())
    }


def test_what_leaks_changes_nothing(tmp_path: Path) -> None:
    loans = make_loans()
    outcome = (loans["mis_status"] == "CHGOFF").astype(float)
    leaking = loans.assign(**dict.fromkeys(sba.LEFT_OUT, 100 * outcome))
    assert run(write(tmp_path / "a", leaking)) == run(write(tmp_path / "b", loans))


def test_the_order_of_the_loans_changes_nothing(tmp_path: Path) -> None:
    loans = make_loans()
    mixed = loans.sample(frac=1, random_state=3)
    assert run(write(tmp_path / "a", mixed)) == run(write(tmp_path / "b", loans))


def test_features_by_hand() -> None:
    loan = make_loans(1).assign(
        gr_appv=60_000.0,
        sba_appv=45_000.0,
        no_emp=5.0,
        new_exist=2.0,
        franchise_code=1.0,
        urban_rural=0.0,
        naics=238990.0,
        low_doc="N",
        rev_line_cr="Y",
        create_job=0.0,
        retained_job=4.0,
    )
    found = sba.loan_features(loan).iloc[0]
    assert found["guaranteed_pct"] == 75.0
    assert found["log_amount_per_head"] == pytest.approx(np.log(10_000))  # five employees and the owner
    assert (found["is_new"], found["is_franchise"], found["has_low_doc"], found["is_revolving"]) == (
        1,
        0,
        0,
        1,
    )
    assert np.isnan(found["is_urban"])  # 0: undefined
    assert found["industry_23"] == 1
    assert found["log_jobs_kept"] == pytest.approx(np.log(5))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mis_status": "RUNNING"}, "unknown outcome 'RUNNING'"),
        ({"loan_nr_chk_dgt": 1e9}, "row 1000000000: the loan is there twice"),
    ],
)
def test_loans_that_cannot_be_judged_are_named(tmp_path: Path, change: dict, message: str) -> None:
    with pytest.raises(TableError, match=message):
        sba.read_loans(write(tmp_path, make_loans(20).assign(**change)))


def test_every_column_of_the_public_table_is_read_or_left_out_with_a_reason(public_data: Path) -> None:
    columns = pq.read_schema(public_data / sba.SET / sba.FILE).names
    assert set(columns) == set(sba.READ) | set(sba.LEFT_OUT)
    assert not set(sba.READ) & set(sba.LEFT_OUT)
