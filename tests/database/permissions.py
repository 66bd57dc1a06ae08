"""What the calls of `CASES` are about."""

from tests.commands.expectations import World

from .acting import ActingConnection
from .bulk import run_all, start
from .personas import enter_customer, id_of
from .service_levels import make_calendar, make_policy
from .webhooks import create_deliveries, create_webhook

CALLER = "caller"
VIEW = """
insert into public.views (scope, owner_id, queue_id, name) values (%s, %s, %s, 'Mine')
returning id::text
"""


def build_world(db: ActingConnection) -> World:
    """Make one of everything that the cases name; the caller has no role yet."""
    ids = {name: id_of(name) for name in (CALLER, "support")}
    hook = create_webhook(db)
    tickets = [db.create_ticket() for _ in range(3)]
    [event, *_] = db.events(tickets[0])
    create_deliveries(db, event)
    db.assign(tickets[1], "neighbour")
    db.execute("insert into public.roles (role, name) values ('nothing', 'Nothing')")
    views = [
        db.scalar(VIEW, *view)
        for view in (
            ("mine", ids[CALLER], None),
            ("team", None, ids["support"]),
            ("everyone", None, None),
        )
    ]
    db.execute(
        "insert into public.person_roles (person_id, role) values (%s, 'agent')",
        ids[CALLER],
    )
    db.execute(
        "insert into public.queue_members (queue_id, person_id) values (%s, %s)",
        ids["support"],
        ids[CALLER],
    )
    db.call(CALLER, "set_availability", agent="me", availability="available")
    calendar, policy = make_calendar(db), make_policy(db, conditions={"tag": ["a"]})
    job = start(db, [tickets[0]], CALLER, priority="low")
    run_all(db)
    db.execute(
        "update private.outbox set dead_lettered_at = now() where event_id = %s",
        event["id"],
    )
    for name in ("lone", "merged"):
        enter_customer(db.connection, name)
    db.call(
        "admin",
        "merge_people",
        person=id_of("merged"),
        into_person=id_of("customer"),
    )
    machine = db.call("admin", "create_machine_user", name="M", permissions=[])
    return World(
        *(str(each["number"]) for each in tickets),
        "support",
        str(id_of("biller")),
        str(id_of("neighbour")),
        *views,
        job["id"],
        hook["id"],
        db.scalar("select id::text from private.webhook_deliveries limit 1"),
        event["id"],
        str(id_of("lone")),
        str(id_of("merged")),
        machine["id"],
        machine["secrets"][0]["id"],
        calendar["id"],
        policy["id"],
    )
