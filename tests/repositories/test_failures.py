"""Bad tokens, and databases that do not respond."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.keys import Keys
from infra.local.platform import Ports
from shared.core.errors import Unauthenticated, Unavailable
from shared.people import PeopleRepository
from shared.tickets import SolvedTickets, TicketDraft, TicketRepository
from shared.tickets.comments import CommentDraft, CommentRepository

from .api import Api
from .tokens import bad_tokens

pytestmark = pytest.mark.slow
DRAFT = TicketDraft(subject="Help", body="It is broken.")
CANCEL = """
select pg_cancel_backend(pid) from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock'
"""


@pytest.fixture(scope="module")
def tokens(api, tmp_path_factory):
    stranger = Keys.load_or_create(tmp_path_factory.mktemp("other") / "keys.json")
    return bad_tokens(api.keys, stranger)


@pytest.mark.parametrize(
    "wrong",
    ["expired", "not yet valid", "of another project", "with a broken signature",
     "without a signature", "with alg none", "signed with a guess",
     "for another service", "without an audience", "of somebody deleted", "no token"],
)  # fmt: skip
def test_a_bad_token_is_unauthenticated(api, tokens, wrong):
    database = api.open_with(tokens[wrong])

    with pytest.raises(Unauthenticated):
        PeopleRepository(database).me()
    with pytest.raises(Unauthenticated):
        TicketRepository(database).create(DRAFT, None)


def test_a_call_without_a_token_is_unauthenticated(api):
    with pytest.raises(Unauthenticated):
        PeopleRepository(api.open(None)).me()


def test_people_and_workers_do_not_have_each_others_rights(api):
    with pytest.raises(Unauthenticated):
        SolvedTickets(api.open("admin")).close_due()
    with pytest.raises(Unauthenticated):
        PeopleRepository(api.worker()).me()


def test_a_cancelled_statement_is_an_outage(api, watch):
    """A time-out and a cancelled statement have the same SQLSTATE."""
    ticket = TicketRepository(api.open("customer")).create(DRAFT, None)
    comments = CommentRepository(api.open("customer"))

    with ThreadPoolExecutor(1) as pool, watch.connection.transaction():
        watch.connection.execute(
            "select from public.tickets where id = %s for update", [ticket.id]
        )
        draft = CommentDraft(body="So.")
        late = pool.submit(comments.add, str(ticket.id), draft, None)
        watch.wait_for_blocked(1)
        watch.connection.execute(CANCEL)
        with pytest.raises(Unavailable):
            late.result(30)


def test_a_missing_database_is_an_outage(server, doomed_api):
    people = PeopleRepository(doomed_api.open("agent"))
    assert people.me().name == "Agent"

    server.drop(doomed_api.dsn.rsplit("/", 1)[1])

    with pytest.raises(Unavailable):
        people.me()


def test_a_missing_api_is_an_outage(server):
    nobody = Api(server, "postgres", Ports.free())

    with pytest.raises(Unavailable):
        PeopleRepository(nobody.open("agent")).me()
