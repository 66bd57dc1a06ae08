"""Followers of tickets."""

from .expectations import Case, Command, Route, on_ticket, reading, unrelated
from .template import command
from .values import ID, NOBODY, REF

FOLLOWER = "/v1/tickets/{ticket}/followers/{person}"

COMMANDS = {
    "list_followers": Command(Case(reading(), on_ticket())),
    "add_follower": Command(
        {
            "follow": Case(reading(), on_ticket(person="me")),
            "let another follow": Case(
                reading("tickets.reply"),
                lambda w: {"ticket": w.ticket, "person": w.person},
            ),
        },
        step=unrelated,
        both_ways=Route(
            "PUT " + FOLLOWER,
            lambda w: {"ticket": w.ticket, "person": w.agent},
            {"ticket": REF, "person": [*ID, NOBODY]},
            lambda arguments: {},
        ),
    ),
    "remove_follower": Command(
        {
            "follow no more": Case(reading(), on_ticket(person="me")),
            "end that another follows": Case(
                reading("tickets.reply"),
                lambda w: {"ticket": w.ticket, "person": w.person},
            ),
        },
        step=unrelated,
        both_ways=Route(
            "DELETE " + FOLLOWER,
            lambda w: {"ticket": w.ticket, "person": w.agent},
            {"ticket": REF, "person": [*ID, NOBODY]},
        ),
    ),
}
FUNCTIONS = {"ManageFollowers": command()}
