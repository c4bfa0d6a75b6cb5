"""params.yaml: typed, frozen, unknown keys refused, every key with its reason."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipelines.params import Params, ParamsError, load_params, parse_params, recording

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")


def test_every_section_is_read_into_frozen_types():
    params = load_params(ROOT)

    assert params.simulate.months == 132
    assert params.tune.search.max_depth[1] <= 7
    with pytest.raises(ValidationError, match="frozen"):
        params.simulate.firms = 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("firms: 5000 ", "firms: -5 ", r"simulate\.firms: .*greater than or equal to 1 \(got -5\)"),
        ("firms: 5000 ", "firmz: 5000 ", r"simulate\.firmz: Extra inputs are not permitted"),
        ("source: simulator ", "source: excel ", r"portfolio\.source: .*'simulator', 'folder' or 'american'"),
        ('"2015-01"', '"2015-13"', r"simulate\.first_month: .*'2015-13'"),
        ("[3, 6]", "[6, 3]", r"tune\.search: .*tune\.search\.max_depth: need 0 < low <= high, got \[6, 3\]"),
    ],
)
def test_a_wrong_key_or_value_is_one_clear_error(old, new, message):
    assert old in TEXT

    with pytest.raises(ParamsError, match=message):
        parse_params(TEXT.replace(old, new, 1))


def test_a_missing_section_is_named():
    with pytest.raises(ParamsError, match="evaluate: Field required"):
        parse_params(
            re.sub(r"^evaluate:$", "# evaluate:", TEXT, flags=re.M).replace("  capacity_shares", "  # ")
        )


def test_every_key_has_its_reason_beside_it():
    keys = [line.strip() for line in TEXT.splitlines() if re.match(r"\s+\w+:", line)]
    assert len(keys) > 40

    assert [key for key in keys if "#" not in key] == []


def test_reads_are_recorded_by_section_and_key():
    params = load_params(ROOT)

    with recording() as reads:
        _ = params.tune.trials, params.portfolio.source
    _ = params.tune.folds

    assert reads == {"Tune.trials", "Portfolio.source"}
    assert set(Params.model_fields) >= {"tune", "portfolio"}
