"""Whatever a request to the HTTP API holds, the next one is served."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.raw_http import exchange, requests

pytestmark = pytest.mark.slow
PATHS = (
    b"/items",
    b"/items/%ff",
    b"/.local/tick/Nothing",
    b"/.local/health",
    b"/2015-03-31/functions/None/invocations",
    b"/systemsmanager/parameters/get",
    b"/docs/x",
    b"/",
    b"x",
)


def test_requests_of_any_bytes_get_no_failure(cloud):
    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(requests(PATHS))
    def check(request):
        status = exchange(cloud.url, request, 0.5)
        assert status is None or status < 500, status

    check()
    assert cloud.http.get("/items").status_code == 200
