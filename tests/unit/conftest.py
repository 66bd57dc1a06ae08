import pytest

from infra.local.ports import free_ports


@pytest.fixture
def unused_port():
    """A port where nobody listens."""
    (port,) = free_ports(1)
    return port
