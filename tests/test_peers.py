import numpy as np
import pandas as pd
import pytest

from features import peers
from features.dictionary import load_dictionary
from features.norms import fit_norms

NAN = float("nan")


def base(value: float, firms: int) -> dict[str, np.ndarray]:
    return {name: np.full(firms, value) for name in peers.BASES}


def test_distance_to_the_median_of_industry_and_size():
    # three firms of 建設業, margins 2, 4, 9: with every weight on the cell the median is 4
    fitted = pd.DataFrame({"industry": "0201", "size_class": "small"} | base(0.0, 3))
    fitted["op_margin_pct"] = [2.0, 4.0, 9.0]
    norms = fit_norms(fitted, min_firms=1)
    values = base(0.0, 2) | {"op_margin_pct": np.array([1.0, NAN])}
    found = peers.compute(values, np.array(["0201"] * 2), np.array(["small"] * 2), norms)
    np.testing.assert_allclose(found["op_margin_vs_industry_pct"], [-3.0, NAN])
    np.testing.assert_allclose(found["cash_vs_industry_months"], [0.0, 0.0])


def test_while_norms_are_fitted_every_distance_is_missing():
    found = peers.compute(base(1.0, 2), np.array(["0201"] * 2), np.array(["small"] * 2), None)
    assert len(found) == len(peers.BASES)
    assert all(np.isnan(row).all() for row in found.values())


def test_norms_of_other_ratios_are_refused():
    norms = fit_norms(pd.DataFrame({"industry": ["0201"], "size_class": "small", "x_pct": 1.0}), min_firms=1)
    with pytest.raises(ValueError, match="sales_growth_pct"):
        peers.compute(base(1.0, 1), np.array(["0201"]), np.array(["small"]), norms)


def test_every_base_is_a_feature_of_the_same_unit():
    rows = load_dictionary().set_index("name")
    for name in peers.BASES:
        distance, own = rows.loc[peers.peer_name(name)], rows.loc[name]
        assert own["role"] == "feature"
        assert distance["item"] == own["item"]
        assert (distance["unit"] == own["unit"]) or (own["unit"] == "pct" and distance["unit"] == "points")
        # where the level has a direction, the distance has the same
        assert own["monotone"] in (0, distance["monotone"])
