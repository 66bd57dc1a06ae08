"""What is met first as a desk grows, and what to change then."""

from collections.abc import Iterator
from dataclasses import dataclass

from .inputs import Compute
from .volume import Volume


@dataclass(frozen=True)
class Limit:
    """Something that there is only so much of, in the busiest minute.

    Attributes:
        name: of what.
        used: how much of it.
        most: how much there is.
        change: what makes more of it.
    """

    name: str
    used: float
    most: float
    change: str

    @property
    def share(self) -> float:
        """How much of it is used; more than 1 does not work."""
        return self.used / self.most


def limits(volume: Volume, compute: Compute) -> list[Limit]:
    """Every limit, the tightest first."""
    found = [*_of_database(volume, compute), *_of_account(volume)]
    return sorted(found, key=lambda each: -each.share)


def compute_for(volume: Volume) -> Compute:
    """The smallest database that the volume fits; the largest when none does."""
    for each in volume.inputs.compute:
        if all(limit.share <= 1 for limit in _of_database(volume, each)):
            return each
    return volume.inputs.compute[-1]


def _of_database(volume: Volume, compute: Compute) -> Iterator[Limit]:
    inputs = volume.inputs
    asked = inputs.measured["database_ms"] * volume.calls / _measured_calls(volume)
    yield Limit(
        "processor of the database, cores",
        volume.peak * asked / 1000,
        compute.cores * inputs.assumed["load_at_peak"],
        "the next compute size; read replicas for lists and reports",
    )
    yield Limit(
        "PostgREST's pool, connections",
        volume.peak * volume.calls * inputs.limits["call_ms"] / 1000,
        compute.connections * inputs.limits["pool_share"],
        "a larger pool, then the next compute size",
    )
    yield Limit(
        "database, GB",
        volume.stored_gb,
        compute.gigabytes,
        "archive what was closed long ago; the next compute size",
    )


def _measured_calls(volume: Volume) -> float:
    measured = volume.inputs.measured
    return measured["requests"] + 3 * measured["events"]


def _of_account(volume: Volume) -> Iterator[Limit]:
    inputs, most, peak = volume.inputs, volume.inputs.limits, volume.peak
    measured, second = inputs.measured, inputs.assumed["lambda_ms"] / 1000
    hooks = peak * measured["pg_net_calls"]
    yield Limit(
        "API Gateway, requests a second",
        peak * volume.requests + hooks,
        most["api_requests_a_second"],
        "ThrottlingRateLimit in template.yaml; the account has 10,000",
    )
    yield Limit(
        "Lambda, at once",
        (peak * volume.requests + 2 * hooks) * second,
        most["lambda_at_once"],
        "the account's quota of concurrent executions",
    )
    yield Limit(
        "process_events, at once",
        hooks * second,
        most["process_events_at_once"],
        "MaximumConcurrency of its queue in template.yaml",
    )
    yield Limit(
        "pg_net, calls a second",
        hooks,
        most["pg_net_a_second"],
        "nothing is lost: relay_missed_events brings the rest within a minute;"
        " pg_net.batch_size by Supabase's support, or one wake-up a batch",
    )
    yield Limit(
        "Realtime, messages a second",
        peak * measured["realtime_messages"] * (1 + inputs.assumed["listeners"]),
        most["realtime_a_second"],
        "no spend cap (2,500), then Supabase's support; frontends that join"
        " tickets, not queues",
    )
