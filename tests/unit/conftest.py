import pytest
from hypothesis import settings

from infra.local.ports import free_ports

# A busy machine is no reason to fail.
settings.register_profile("autocrm", deadline=None, max_examples=60)
settings.load_profile("autocrm")


@pytest.fixture
def unused_port():
    """A port where nobody listens."""
    (port,) = free_ports(1)
    return port
