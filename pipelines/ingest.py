"""Stage: screen raw tables and lay them out in firm-aligned chunks."""

import logging

from intake.partition import ingest as partition
from intake.store import write_json
from pipelines.params import Params
from pipelines.paths import Paths
from pipelines.progress import progress
from pipelines.stage import run_stage

log = logging.getLogger(__name__)


def ingest(params: Params, paths: Paths) -> None:
    """Write data/interim and the data report."""
    report = partition(
        paths.raw, paths.interim, chunk_firms=params.ingest.chunk_firms, progress=progress(log)
    )
    write_json(report.to_dict(), paths.data_report)
    for line in report.summary():
        log.info(line)


if __name__ == "__main__":
    run_stage(ingest)
