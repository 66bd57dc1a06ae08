"""How much of everything a number of tickets is."""

from dataclasses import dataclass
from typing import Final

from .inputs import Inputs

MINUTES_A_MONTH: Final = 60 * 24 * 30
HOUR: Final = 3600.0  # seconds
MEGA: Final = 1e6
GIGA: Final = 1e9


@dataclass(frozen=True)
class Volume:
    """What happens a month, and in the busiest minute.

    Attributes:
        tickets: a month.
        inputs: what one of them is.
    """

    tickets: float
    inputs: Inputs

    @property
    def peak(self) -> float:
        """Tickets a second in the busiest minute."""
        assumed = self.inputs.assumed
        busiest_hour = self.tickets / assumed["workdays"] * assumed["busiest_hour"]
        return busiest_hour / HOUR * assumed["burst"]

    @property
    def requests(self) -> float:
        """HTTP requests of people a ticket."""
        return self.inputs.measured["requests"] + self.inputs.assumed["extra_requests"]

    @property
    def calls(self) -> float:
        """Calls of PostgREST a ticket: each request's one, and the workers' few."""
        return self.requests + 3 * self.inputs.measured["events"]

    @property
    def invocations(self) -> float:
        """Lambda invocations a month: requests, webhooks, queues, the clock's."""
        measured = self.inputs.measured
        hooks = measured["pg_net_calls"] * measured["webhook_workers"]
        a_ticket = self.requests + hooks + 2 * self.wakes  # dispatch_jobs, the worker
        return self.tickets * a_ticket + self.schedules + self.woken

    @property
    def wakes(self) -> float:
        """Messages a ticket that somebody should look."""
        return self.inputs.measured["events"] * self.inputs.assumed["wakes_an_event"]

    @property
    def schedules(self) -> float:
        """Runs of schedules a month, with or without tickets."""
        return self.inputs.idle["schedules"] * MINUTES_A_MONTH

    @property
    def woken(self) -> float:
        """Workers that the clock wakes a month, in minutes in which there is work."""
        busy = min(MINUTES_A_MONTH, self.tickets * self.inputs.measured["events"])
        return busy * self.inputs.assumed["woken_a_minute"]

    @property
    def traces(self) -> float:
        """Runs traced a month: all while few meet in a second, then a share."""
        price, assumed = self.inputs.aws, self.inputs.assumed
        seconds = MINUTES_A_MONTH * 60 * assumed["working_share"]
        first = seconds * assumed["hot_functions"] * price["xray_each_second"]
        sampled = first + self.invocations * price["xray_sampled"]
        return min(self.invocations, sampled)

    @property
    def metrics(self) -> float:
        """Numbers that CloudWatch keeps, each by the month in which it is told."""
        assumed = self.inputs.assumed
        told = assumed["metrics"] + assumed["metrics_a_queue"] * assumed["queues"]
        return self.inputs.idle["metrics"] + (told if self.tickets else 0)

    @property
    def logged_gb(self) -> float:
        """Lines of the log a month."""
        idle = self.inputs.idle["bytes_logged_a_run"] * self.schedules
        return (self.tickets * self.inputs.measured["bytes_logged"] + idle) / GIGA

    @property
    def messages(self) -> float:
        """Realtime messages a month: one in, one out to each who listens."""
        heard = 1 + self.inputs.assumed["listeners"]
        return self.tickets * self.inputs.measured["realtime_messages"] * heard

    @property
    def sqs_requests(self) -> float:
        """SQS requests a month: sent, received and deleted, and polls for nothing."""
        idle = self.inputs.idle
        polls = idle["queues"] * idle["polls_a_queue"]
        messages = self.inputs.measured["pg_net_calls"] + self.wakes
        return self.tickets * messages * 3 + polls

    @property
    def answered_gb(self) -> float:
        """What the API answers a month, lists and screens read again included."""
        measured = self.inputs.measured
        a_request = measured["bytes_answered"] / measured["requests"]
        return self.tickets * self.requests * a_request / GIGA

    @property
    def stored_gb(self) -> float:
        """The database, once it holds what it keeps."""
        kept = self.tickets * self.inputs.assumed["kept_months"]
        return kept * self.inputs.measured["bytes_stored"] / GIGA
