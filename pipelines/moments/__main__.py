"""Measure one simulated portfolio without models: `python -m pipelines.moments --firms 4000 --seed 1`."""

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

from pipelines.moments.measure import measure
from pipelines.moments.table import judge, lines
from simulator.portfolio import simulate

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        raw, truth = Path(folder) / "raw", Path(folder) / "truth"
        start = time.perf_counter()
        span = {"firms": options.firms, "seed": options.seed, "months": 132, "workers": options.workers}
        simulate(raw, truth=truth, notes=False, **span)
        simulated = time.perf_counter()
        rows = judge([measure(raw, truth, workers=options.workers)])
    sys.stdout.write("\n".join(lines(rows)) + "\n")
    logging.info(
        "simulated in %.1f s, measured in %.1f s", simulated - start, time.perf_counter() - simulated
    )
