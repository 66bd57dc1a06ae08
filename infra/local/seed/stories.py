"""A few dozen tickets, each told as who did what.

A step is `(who, did, what)`: `takes`, `gives` (to somebody), `replies`, `notes`, or
`moves` (to a status, with an optional reason after a colon).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Step = tuple[str, str, str]


@dataclass(frozen=True)
class Story:
    """One ticket: who asked for what how many days ago, and what happened then."""

    asker: str
    queue: str
    subject: str
    body: str
    days_ago: float
    steps: Sequence[Step] = ()
    type: str = "question"
    priority: str = "normal"
    tags: Sequence[str] = ()
    data: Mapping[str, object] = field(default_factory=dict)


def _answered(agent: str, answer: str) -> Sequence[Step]:
    return (
        (agent, "takes", ""),
        (agent, "replies", answer),
        (agent, "moves", "solved"),
    )


STORIES: Sequence[Story] = (
    Story(
        "customer",
        "support",
        "Which tyres fit the cargo model?",
        "We deliver bread on the R4 Cargo and wear out the rear tyre in three months."
        " Is there a tougher one?",
        0.1,
        tags=("tyres", "cargo"),
    ),
    Story(
        "mirela",
        "support",
        "Display shows E-21 after rain",
        "Since yesterday's rain the display says E-21 and the motor stays off.",
        0.3,
        type="incident",
        priority="high",
        tags=("display",),
        data={"impact": "one_person", "model": "R2 City"},
    ),
    Story(
        "tariq",
        "workshop",
        "Brake service for nine courier bicycles",
        "Please book all nine in before the end of the month, three at a time.",
        0.5,
        type="task",
        tags=("service", "fleet"),
        data={"due_on": "2026-12-18"},
    ),
    Story(
        "jonas",
        "billing",
        "Invoice with the old address",
        "The invoice for the second R4 still names Mill Lane. We moved in May.",
        0.6,
        tags=("invoice",),
    ),
    Story(
        "customer2",
        "workshop",
        "All chargers in the depot are dead",
        "Nothing charges since the power cut this morning. Nobody can ride today.",
        0.2,
        type="incident",
        priority="urgent",
        tags=("charger", "fleet"),
        data={"impact": "everyone"},
    ),
    Story(
        "customer",
        "support",
        "The app loses the connection in the yard",
        "Between our two buildings the app says 'searching for bicycle' for minutes.",
        1.2,
        (("agent", "takes", ""), ("agent", "moves", "open")),
        tags=("app",),
    ),
    Story(
        "mirela",
        "support",
        "Can I ride it in snow?",
        "Winter comes. What should I look after, and does the battery mind?",
        1.5,
        (
            ("agent3", "takes", ""),
            ("agent3", "moves", "open"),
            (
                "agent3",
                "replies",
                "Yes. Store the battery indoors; below -10 °C it gives"
                " about a third less. Which tyres do you have?",
            ),
        ),
        tags=("winter", "battery"),
    ),
    Story(
        "jonas",
        "support",
        "Rear light flickers",
        "It flickers over cobblestones, then it is fine again.",
        2.0,
        (
            ("agent", "takes", ""),
            ("agent", "moves", "open"),
            (
                "agent",
                "replies",
                "That sounds like the plug under the rack. Could you send"
                " us a photograph of it?",
            ),
            ("agent", "moves", "pending:Waiting for a photograph"),
        ),
        type="incident",
        tags=("light",),
        data={"impact": "one_person"},
    ),
    Story(
        "customer2",
        "workshop",
        "Loose spokes on three rear wheels",
        "All three were delivered in spring and carry 80 kg every day.",
        2.4,
        (
            ("agent2", "takes", ""),
            ("agent2", "moves", "open"),
            (
                "agent2",
                "notes",
                "Same batch as the wheels of the postal fleet. Ask the wheel builder.",
            ),
            ("agent2", "moves", "on_hold:The wheel builder is looking into the batch"),
        ),
        type="incident",
        priority="high",
        tags=("wheels", "fleet"),
        data={"impact": "team"},
    ),
    Story(
        "tariq",
        "workshop",
        "Spokes of batch 26-07 break under load",
        "Found while looking into loose wheels: the cause behind several tickets.",
        2.1,
        (
            ("agent2", "takes", ""),
            ("agent2", "moves", "on_hold:Measured at the supplier's laboratory"),
        ),
        type="problem",
        priority="high",
        tags=("wheels",),
        data={"impact": "team", "affected": "R4 Cargo, rear wheels of batch 26-07"},
    ),
    Story(
        "mirela",
        "billing",
        "Charged twice for the child seat",
        "My bank shows two payments of 89 on the same day.",
        3.0,
        (
            ("agent", "takes", ""),
            ("agent", "moves", "open"),
            (
                "agent",
                "notes",
                "The payment provider confirms two captures. Refund one.",
            ),
            (
                "agent",
                "replies",
                "You are right, and we are sorry. One payment goes back"
                " to you today; banks take up to three days.",
            ),
            ("agent", "moves", "pending:Waiting until the refund has arrived"),
        ),
        priority="high",
        tags=("refund",),
    ),
    Story(
        "customer",
        "billing",
        "Quote for a third cargo bicycle",
        "Same model as before, with the rain cover. Is there a price for regulars?",
        3.2,
        (
            ("lead", "gives", "agent"),
            ("agent", "moves", "open"),
            (
                "agent",
                "replies",
                "Here is our offer with eight per cent off. It holds for thirty days.",
            ),
            ("agent", "moves", "pending:Offer sent"),
        ),
        tags=("quote", "cargo"),
    ),
    Story(
        "tariq",
        "workshop",
        "Spare keys for lock 4471",
        "A rider lost both. The frame number is on the rental form.",
        3.5,
        _answered("agent2", "Two keys are in the post to your depot."),
        tags=("keys",),
    ),
    Story(
        "jonas",
        "support",
        "How do I reset the trip counter?",
        "I want to see how far one round is.",
        3.8,
        _answered("agent3", "Hold the lower button for three seconds."),
        tags=("display",),
    ),
    Story(
        "mirela",
        "support",
        "Creaking from the saddle",
        "It creaks with every turn of the pedals, but only when I sit.",
        2.9,
        (
            ("agent3", "takes", ""),
            ("agent3", "replies", "A little grease on the seat post usually ends it."),
            ("agent3", "moves", "solved"),
            ("mirela", "replies", "I greased it, and it still creaks."),
        ),
        tags=("saddle",),
    ),
    Story(
        "customer2",
        "workshop",
        "Please fetch bicycle 12 from the station",
        "The rider took the train home; it is locked to the rack.",
        2.6,
        (("agent2", "takes", ""), ("agent2", "moves", "solved:Fetched this afternoon")),
        type="task",
        tags=("fleet",),
        data={"due_on": "2026-11-20"},
    ),
    Story(
        "customer",
        "support",
        "Battery gone after twenty kilometres",
        "It used to last fifty. It is two years old.",
        4.5,
        (
            ("agent", "takes", ""),
            ("agent", "moves", "open"),
            ("agent", "notes", "Still within warranty for three weeks."),
            (
                "agent",
                "replies",
                "That is less than we promise. We send a new battery;"
                " please keep the old one for the courier.",
            ),
            ("agent", "moves", "solved"),
        ),
        type="incident",
        tags=("battery", "warranty"),
        data={"impact": "one_person"},
    ),
    Story(
        "mirela",
        "billing",
        "Where is my order?",
        "Ordered a rack nine days ago, no news since.",
        5.0,
        _answered("agent", "It left our store this morning; the carrier was ill."),
        tags=("delivery",),
    ),
    Story(
        "tariq",
        "workshop",
        "Motor cuts out uphill",
        "Bicycle 3 loses power on the bridge, every time at the same spot.",
        5.5,
        (
            ("agent2", "takes", ""),
            ("agent2", "moves", "open"),
            ("agent2", "replies", "Please bring it in, we want to read out the motor."),
        ),
        type="incident",
        priority="high",
        tags=("motor", "fleet"),
        data={"impact": "one_person"},
    ),
    Story(
        "jonas",
        "billing",
        "Change of bank account",
        "From next month please debit our new account; the letter is attached.",
        6.0,
        _answered("lead", "Done, from the next invoice on."),
        tags=("payment",),
    ),
    Story(
        "customer2",
        "workshop",
        "Training for new mechanics",
        "Two people start in January. Do you offer a day at the workshop?",
        6.4,
        (
            ("agent2", "takes", ""),
            ("agent2", "replies", "Yes, every second Thursday. How many would come?"),
            ("agent2", "moves", "pending"),
        ),
        priority="low",
        tags=("training",),
    ),
    Story(
        "customer",
        "support",
        "A manual in Portuguese?",
        "Two of our riders would read it more easily.",
        8.0,
        _answered("agent3", "Here it is, hot off the press."),
        priority="low",
        tags=("manual",),
    ),
    Story(
        "mirela",
        "support",
        "The bell fell off",
        "It is a small thing, but it was my favourite bell.",
        9.0,
        _answered("agent", "A new one, the same colour, is on its way."),
        tags=("bell",),
    ),
    Story(
        "jonas",
        "support",
        "App shows another bakery's bicycles",
        "I saw four bicycles that are not ours. Is this a security matter?",
        9.5,
        (
            ("agent", "takes", ""),
            ("agent", "moves", "open"),
            ("agent", "notes", "Told the app team; a cache kept the wrong list."),
            ("lead", "notes", "Fixed in 4.2.1. We wrote to both customers."),
            (
                "agent",
                "replies",
                "Thank you for telling us at once. It was a mistake in"
                " our app, and it is mended.",
            ),
            ("agent", "moves", "solved"),
        ),
        type="incident",
        priority="urgent",
        tags=("app", "security"),
        data={"impact": "team"},
    ),
    Story(
        "customer2",
        "workshop",
        "Invoice numbers on work sheets",
        "Our bookkeeping would like the invoice number on each sheet.",
        10.0,
        _answered("agent2", "You find it at the lower right from now on."),
        tags=("paper",),
    ),
    Story(
        "tariq",
        "billing",
        "Discount for the whole fleet?",
        "We think of twelve more bicycles in spring.",
        11.0,
        (
            ("lead", "takes", ""),
            ("lead", "replies", "Let us meet; I have ideas."),
            ("lead", "moves", "solved"),
        ),
        tags=("quote", "fleet"),
    ),
    Story(
        "customer",
        "billing",
        "Receipt for last year's tax",
        "Our accountant asks for a receipt over everything bought in 2025.",
        12.0,
        _answered("agent", "Attached, signed and stamped."),
        tags=("receipt",),
    ),
    Story(
        "mirela",
        "support",
        "Wrong size helmet",
        "I ordered M, and L came.",
        13.0,
        _answered("agent3", "Keep it for a friend; M is in the post."),
        tags=("delivery",),
    ),
    Story(
        "customer2",
        "workshop",
        "Puncture proof tyres on trial",
        "We would try two sets for a month and tell you how they wear.",
        14.0,
        (
            ("agent2", "takes", ""),
            ("agent2", "replies", "Gladly. They are on 5 and 9."),
            ("agent2", "moves", "solved"),
        ),
        type="task",
        tags=("tyres", "trial"),
        data={"due_on": "2026-11-30"},
    ),
    Story(
        "jonas",
        "support",
        "Stolen bicycle, frame RC-4-00812",
        "It was taken last night from the yard. The police have it on file.",
        15.0,
        (
            ("agent", "takes", ""),
            ("agent", "moves", "open"),
            (
                "agent",
                "replies",
                "We are sorry. The motor is locked from here, and the"
                " frame is on our list.",
            ),
            ("agent", "moves", "solved"),
        ),
        type="incident",
        priority="urgent",
        tags=("theft",),
        data={"impact": "one_person"},
    ),
)
