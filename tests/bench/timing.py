"""Timing that a noisy machine does not spoil: in turns, and by the median."""

import statistics
import time
from collections.abc import Callable, Mapping

Subject = Callable[[], object]


def in_turns(
    subjects: Mapping[str, Subject], rounds: int, warm_up: int = 3
) -> dict[str, list[float]]:
    """Run the subjects in turns, and return the milliseconds that each run took.

    Every second round goes backwards, so that nobody always runs after the same one.
    """
    took: dict[str, list[float]] = {name: [] for name in subjects}
    for number in range(warm_up + rounds):
        names = list(subjects)
        for name in names if number % 2 else reversed(names):
            began = time.perf_counter()
            subjects[name]()
            if number >= warm_up:
                took[name].append(1000 * (time.perf_counter() - began))
    return took


def medians(took: Mapping[str, list[float]]) -> dict[str, float]:
    return {name: statistics.median(times) for name, times in took.items()}


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]
