"""What a month costs, line by line, in US dollars."""

from collections.abc import Mapping
from dataclasses import dataclass

from .inputs import Compute
from .limits import compute_for
from .volume import MEGA, Volume


@dataclass(frozen=True)
class Bill:
    """A month's dollars.

    Attributes:
        compute: the size of the database that it is for.
        aws: by service.
        supabase: by item.
    """

    compute: Compute
    aws: Mapping[str, float]
    supabase: Mapping[str, float]

    @property
    def total(self) -> float:
        """Both together."""
        return sum(self.aws.values()) + sum(self.supabase.values())


def bill(volume: Volume) -> Bill:
    """Price a volume, on the smallest database that it fits."""
    compute = compute_for(volume)
    return Bill(compute, _aws(volume), _supabase(volume, compute))


def _aws(volume: Volume) -> dict[str, float]:
    inputs, price = volume.inputs, volume.inputs.aws
    assumed, measured = inputs.assumed, inputs.measured
    invocations = volume.invocations
    ms = assumed["lambda_ms"] + assumed["cold_share"] * assumed["cold_ms"]
    gb_seconds = invocations * ms / 1000 * assumed["lambda_gb"]
    requests = volume.tickets * (volume.requests + measured["pg_net_calls"]) / MEGA
    return {
        "Lambda, time": _over(gb_seconds, price["lambda_free_gb_seconds"])
        * price["lambda_gb_second"],
        "Lambda, invocations": _over(invocations / MEGA, price["lambda_free_millions"])
        * price["lambda_million"],
        "API Gateway": requests * price["http_api_million"],
        "SQS": _over(volume.sqs_requests / MEGA, price["sqs_free_millions"])
        * price["sqs_million"],
        "EventBridge": volume.tickets * measured["events"] / MEGA
        * price["eventbridge_million"]
        + _over(volume.schedules / MEGA, price["scheduler_free_millions"])
        * price["scheduler_million"],
        "SES": volume.tickets * measured["mails"] * assumed["ses_share"] / 1000
        * price["ses_thousand"],
        "logs": _over(volume.logged_gb, price["logs_free_gb"]) * price["logs_gb"],
        "metrics": _over(volume.metrics, price["metrics_free"]) * price["metric"],
        "X-Ray": _over(volume.traces / MEGA, price["xray_free_millions"])
        * price["xray_million"],
        "egress": _over(volume.answered_gb, price["egress_free_gb"])
        * price["egress_gb"],
    }  # fmt: skip


def _supabase(volume: Volume, compute: Compute) -> dict[str, float]:
    price, assumed = volume.inputs.supabase, volume.inputs.assumed
    users = volume.tickets * assumed["people_per_ticket"]
    return {
        "Pro": price["pro"],
        f"compute {compute.name}": compute.month - price["compute_credit"],
        "disk": _over(volume.stored_gb, price["disk_free_gb"]) * price["disk_gb"],
        "egress": _over(volume.answered_gb, price["egress_free_gb"])
        * price["egress_gb"],
        "Realtime": _over(volume.messages / MEGA, price["realtime_free_millions"])
        * price["realtime_million"],
        "people": _over(users, price["users_free"]) * price["user"],
    }


def _over(used: float, free: float) -> float:
    return max(0.0, used - free)
