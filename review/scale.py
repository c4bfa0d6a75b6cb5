"""The figures beside an axis."""

import math

LEAST_SPAN = 1e-9  # figures closer than this are one figure


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round figures that hold both ends between them, in about `most` steps.

    Examples
    --------
    >>> ticks(0, 9.3), ticks(-12, 30)
    ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0], [-20.0, -10.0, 0.0, 10.0, 20.0, 30.0])
    >>> ticks(0, 0)  # nothing to tell apart: a scale of its own
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    if high - low < LEAST_SPAN:
        high = low + 1.0
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * size for size in (1, 2, 2.5, 5, 10) if power * size >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{step * place:.10g}") for place in range(first, last + 1)]
