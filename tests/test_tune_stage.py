"""The stage `tune` where there is too little to learn from."""

from pathlib import Path

import pandas as pd
import pytest

from features.dictionary import features_of
from features.tier import TIERS
from pipelines import tune as stage
from pipelines.params import load_params
from pipelines.paths import Paths
from pipelines.stage import CLEAR_ERRORS, TooFewDefaultsError

ROOT = Path(__file__).resolve().parent.parent


def test_too_few_defaults_are_said_in_one_line(tmp_path, monkeypatch):
    names = features_of(TIERS[-1])
    rows = pd.DataFrame(0.0, index=range(4), columns=names).assign(
        firm_id=list("abcd"), as_of_date=pd.Timestamp("2020-03-31"), tier="basic", label=[0.0, 1.0, 1.0, 0.0]
    )
    monkeypatch.setattr(stage, "labelled_rows", lambda *args, **kwargs: rows)
    with pytest.raises(TooFewDefaultsError, match=r"no tier has 20 firms .* hold 2 defaults in training"):
        stage.tune(load_params(ROOT), Paths(tmp_path))
    assert TooFewDefaultsError in CLEAR_ERRORS  # one line, no traceback
