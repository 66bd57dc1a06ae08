"""The table that a person reads, and that the README shows."""

from collections.abc import Iterator, Sequence

from .limits import limits
from .money import Bill, bill
from .volume import Volume

TEN = 10
ALMOST = 0.5  # of a limit; what is used less is not worth a line


def table(volumes: Sequence[Volume]) -> str:
    """Money, then limits, for each volume; in Markdown."""
    bills = [bill(each) for each in volumes]
    lines = [*_money(volumes, bills), "", *_limits(volumes, bills)]
    return "\n".join(lines).strip()


def _money(volumes: Sequence[Volume], bills: Sequence[Bill]) -> Iterator[str]:
    heads = [_tickets(each) for each in volumes]
    yield f"| $ a month | {' | '.join(heads)} |"
    yield f"| --- |{' ---: |' * len(heads)}"
    for service in bills[0].aws:
        yield _row(service, [_dollars(each.aws[service]) for each in bills])
    totals = [f"**{_dollars(sum(each.aws.values()))}**" for each in bills]
    yield _row("**AWS**", totals)
    rows = [list(each.supabase.items()) for each in bills]
    for items in zip(*rows, strict=True):
        names = [name for name, _ in items]
        sizes = names[0].startswith("compute")
        shown = [
            f"{_dollars(value)} ({name.split()[1]})" if sizes else _dollars(value)
            for name, value in items
        ]
        yield _row("compute" if sizes else names[0], shown)
    totals = [f"**{_dollars(sum(each.supabase.values()))}**" for each in bills]
    yield _row("**Supabase**", totals)
    yield _row("**together**", [f"**{_dollars(each.total)}**" for each in bills])
    cents = [
        f"{100 * each.total / volume.tickets:,.2f} ¢" if volume.tickets else ""
        for each, volume in zip(bills, volumes, strict=True)
    ]
    yield _row("a ticket", cents)


def _limits(volumes: Sequence[Volume], bills: Sequence[Bill]) -> Iterator[str]:
    for volume, each in zip(volumes, bills, strict=True):
        if not volume.tickets:
            continue  # it meets nothing
        found = limits(volume, each.compute)
        peak = f"{volume.peak:,.2g} tickets a second in the busiest minute"
        yield f"{_tickets(volume)}: {peak}, compute {each.compute.name}."
        told = [limit for limit in found if limit.share > ALMOST] or found[:1]
        for limit in told:
            over = "**over**" if limit.share > 1 else f"{limit.share:.0%}"
            used = f"{_short(limit.used)} of {_short(limit.most)}"
            enough = f"enough for {_short(volume.tickets / limit.share)} tickets"
            yield f"- {limit.name}: {used} ({over}; {enough}). Change: {limit.change}."
        yield ""


def _tickets(volume: Volume) -> str:
    return f"{volume.tickets:,.0f} tickets" if volume.tickets else "idle"


def _dollars(value: float) -> str:
    """Cents where dollars would show none."""
    return f"{value:,.2f}" if 0 < value < TEN else f"{value:,.0f}"


def _short(number: float) -> str:
    """Two digits are all that such a number means."""
    rounded = float(f"{number:.2g}")
    return f"{rounded:,.0f}" if rounded >= TEN else f"{rounded:g}"


def _row(name: str, values: Sequence[str]) -> str:
    return f"| {name} | {' | '.join(values)} |"
