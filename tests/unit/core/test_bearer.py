import pytest

from shared.core.auth import BearerAuthenticator
from shared.core.errors import Unauthenticated


@pytest.mark.parametrize(
    "header", ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c", "Bearer   a.b.c"]
)
def test_the_token_is_taken_from_its_header(header):
    assert BearerAuthenticator().authenticate(header) == "a.b.c"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearera.b.c",
        "Basic dXNlcjpwYXNz",
        "a.b.c",
        "Bearer a.b.c d.e.f",
        "Bearer a.b.c, Bearer d.e.f",
        "Bearer a..c",
        "Bearer .b.c",
        "Bearer a.b.c\n",
        "Bearer a.b.c\r\napikey: x",
        "Bearer a\u0661",
        "Bearer \ud800",
        " Bearer a.b.c",
        "Bearer " + "a" * 100_000 + "!",
        "Bearer" + " " * 100_000 + "!",
    ],
    ids=lambda header: str(header)[:20].encode("unicode_escape").decode(),
)
def test_any_other_header_is_unauthenticated(header):
    with pytest.raises(Unauthenticated):
        BearerAuthenticator().authenticate(header)
