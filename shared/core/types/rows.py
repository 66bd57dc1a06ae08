"""Reading the rows of a list: one that cannot be read takes nobody the others."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from aws_lambda_powertools import Logger
from pydantic import ValidationError

Item = TypeVar("Item")
Row = Mapping[str, Any]


def parse_rows(rows: Sequence[Row], parse: Callable[[Row], Item]) -> list[Item]:
    """Parse the rows of a list; leave out and log those that cannot be parsed.

    The database has constraints for what is parsed here, so a row is left out only
    where a newer version, or somebody past the commands, has written it.
    """
    items = []
    for row in rows:
        try:
            items.append(parse(row))
        except ValidationError as error:
            # Without the values: they may be personal.
            wrong = [f"{one['loc']} {one['type']}" for one in error.errors()]
            Logger(child=True).error(
                "row left out",
                model=error.title,
                row_id=str(row.get("id")),
                wrong=wrong,
            )
    return items
