"""From a checkout to a desk in the cloud, and back: `make deploy`, `make rollback`."""

from .deploying import Deployment
from .guide import Guide, Step, Stopped
from .returning import Rollback
from .switching import Switch

__all__ = ["Deployment", "Guide", "Rollback", "Step", "Stopped", "Switch"]
