"""Estimate what a month costs and which limit comes first, in Markdown: `make cost`.

`make cost TICKETS="5e3 2e6"` does so for other numbers of tickets a month, and
`make cost README=1` writes the report of the usual ones into this folder's README.
"""

import json
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace as Numbers
from typing import Final

SCALES: Final = (0.0, 1e3, 1e5, 1e7)  # tickets a month
FOLDER: Final = Path(__file__).parent
MARK: Final = "<!-- below this line: make cost README=1 -->"
MINUTES: Final = 60 * 24 * 30  # a month
MEGA, GIGA, TEN = 1e6, 1e9, 10
ALMOST: Final = 0.5  # of a limit; what is used less is not worth a line

Limit = tuple[float, float, Numbers]


def read_inputs(text: str) -> Numbers:
    """Return the numbers of inputs.toml as attributes, section by section."""
    sections = json.dumps(tomllib.loads(text))
    inputs: Numbers = json.loads(sections, object_hook=lambda each: Numbers(**each))
    return inputs


def usage(tickets: float, inputs: Numbers) -> Numbers:
    """Return what tickets use: `aws` and `supabase` a month, `limited` at the peak."""
    one, guess, idle = inputs.measured, inputs.assumed, inputs.idle
    requests, hooks = one.requests + guess.extra_requests, one.pg_net_calls
    triggers = one.events * guess.triggers_an_event
    calls = requests + 3 * one.events  # of PostgREST: a request's one, the workers' few
    schedules = idle.schedules * MINUTES
    runs = schedules + min(MINUTES, tickets * one.events) * guess.jobs_a_minute
    runs += tickets * (requests + hooks * one.webhook_workers + 2 * triggers)
    first_runs = MINUTES * 60 * guess.working_share * guess.hot_functions
    milliseconds = guess.lambda_ms + guess.cold_share * guess.cold_ms
    answered = tickets * requests * one.bytes_answered / one.requests / GIGA
    stored = tickets * guess.kept_months * one.bytes_stored / GIGA
    logged = tickets * one.bytes_logged + schedules * idle.bytes_logged_a_run
    messages = one.realtime_messages * (1 + guess.listeners)
    metrics = guess.metrics + guess.metrics_a_queue * guess.queues if tickets else 0
    peak = tickets / guess.workdays * guess.busiest_hour / 3600 * guess.burst
    cpu_ms = one.database_ms * calls / (one.requests + 3 * one.events)
    aws = {
        "Lambda, time": runs * milliseconds / 1000 * guess.lambda_gb,
        "Lambda, invocations": runs / MEGA,
        "API Gateway": tickets * (requests + hooks) / MEGA,
        "SQS": (tickets * (hooks + triggers) * 3 + idle.queues * idle.polls) / MEGA,
        "EventBridge": tickets * one.events / MEGA,
        "SES": tickets * one.mails * guess.ses_share / 1000,
        "logs": logged / GIGA,
        "metrics": idle.metrics + metrics,
        "alarms": idle.alarm_metrics,
        "X-Ray": min(runs, first_runs + runs * guess.xray_sampled) / MEGA,
        "egress": answered,
    }
    supabase = {
        "Pro": 1.0,
        "disk": stored,
        "egress": answered,
        "Realtime": tickets * messages / MEGA,
        "people": tickets * guess.people_per_ticket,
    }
    limited = {
        "processor of the database, cores": peak * cpu_ms / 1000,
        "PostgREST's pool, connections": peak * calls * guess.call_ms / 1000,
        "database, GB": stored,
        "API Gateway, requests a second": peak * (requests + hooks),
        "Lambda, at once": peak * (requests + 2 * hooks) * guess.lambda_ms / 1000,
        "process_events, at once": peak * hooks * guess.lambda_ms / 1000,
        "pg_net, calls a second": peak * hooks,
        "Realtime, messages a second": peak * messages,
    }
    return Numbers(peak=peak, aws=aws, supabase=supabase, limited=limited)


def limits(used: Numbers, compute: Numbers, inputs: Numbers) -> list[Limit]:
    """Return share used, size and text of each limit, the tightest first."""
    found = []
    for each in inputs.limits:
        most = each.share * vars(compute)[each.of] if "of" in vars(each) else each.most
        found.append((used.limited[each.name] / most, most, each))
    return sorted(found, key=lambda each: -each[0])


def compute_for(used: Numbers, inputs: Numbers) -> Numbers:
    """Return the smallest database whose own limits suffice, or else the largest."""
    compute: Numbers
    for compute in inputs.compute:
        found = limits(used, compute, inputs)
        if all(share <= 1 for share, _, each in found if "of" in vars(each)):
            break
    return compute


def bill(used: Numbers, inputs: Numbers) -> list[dict[str, float]]:
    """Return the dollars of a month by item, of AWS and then of Supabase."""
    prices, dollars = inputs.prices, []
    for price, amounts in ((prices.aws, used.aws), (prices.supabase, used.supabase)):
        each = [(name, vars(price)[name], amount) for name, amount in amounts.items()]
        dollars.append({name: max(0.0, n - of.free) * of.price for name, of, n in each})
    dollars[1]["compute"] = compute_for(used, inputs).month - prices.compute_credit
    return dollars


def report(scales: Sequence[float], inputs: Numbers) -> str:
    """Return a table of dollars and the limits that are near, in Markdown."""
    months = [usage(tickets, inputs) for tickets in scales]
    bills = [bill(used, inputs) for used in months]
    names = [f"{number:,.0f} tickets" if number else "idle" for number in scales]
    rows = [("$ a month", *names), ("---", *("---:" for _ in months))]
    for service, *parts in zip(("AWS", "Supabase"), *bills, strict=True):
        rows += [(item, *(_money(each[item]) for each in parts)) for item in parts[0]]
        sums = [_money(sum(each.values())) for each in parts]
        rows.append((f"**{service}**", *sums))
    totals = [sum(aws.values()) + sum(supabase.values()) for aws, supabase in bills]
    rows.append(("**together**", *map(_money, totals)))
    ratios = zip(totals, scales, strict=True)
    cents = (f"{100 * total / of:,.2f} ¢" if of else "" for total, of in ratios)
    lines = [f"| {' | '.join(row)} |" for row in [*rows, ("a ticket", *cents)]]
    for used, tickets in zip(months, scales, strict=True):
        lines += ["", *_near(used, tickets, inputs)] if tickets else []
    return "\n".join(lines)


def _near(used: Numbers, tickets: float, inputs: Numbers) -> Iterator[str]:
    """Yield the limits that are used by half, or else the tightest one."""
    compute = compute_for(used, inputs)
    speed = f"{used.peak:,.2g} tickets a second in the busiest minute"
    yield f"{tickets:,.0f} tickets: {speed}, compute {compute.name}."
    found = limits(used, compute, inputs)
    for share, most, each in [one for one in found if one[0] > ALMOST] or found[:1]:
        percent = "**over**" if share > 1 else f"{share:.0%}"
        enough = f"{percent}; enough for {_short(tickets / share)} tickets"
        amount = f"{_short(used.limited[each.name])} of {_short(most)}"
        yield f"- {each.name}: {amount} ({enough}). Change: {each.change}."


def _money(value: float) -> str:
    """Format dollars, with cents where dollars would show none."""
    return f"{value:,.2f}" if 0 < value < TEN else f"{value:,.0f}"


def _short(number: float) -> str:
    """Round to the two digits that such a number means."""
    return f"{float(f'{number:.2g}'):,.10g}"


def main(arguments: Sequence[str]) -> int:
    """Print the report, or write it into the README."""
    inputs = read_inputs((FOLDER / "inputs.toml").read_text())
    if "--readme" not in arguments:
        print(report([float(each) for each in arguments] or SCALES, inputs))
        return 0
    readme = FOLDER / "README.md"
    text = readme.read_text().partition(MARK)[0]
    readme.write_text(f"{text}{MARK}\n\n{report(SCALES, inputs)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
