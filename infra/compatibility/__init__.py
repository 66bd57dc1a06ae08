"""Whether the code that runs now fits the database as it will be.

Migrations come before the code that needs them, and a rollback brings the old code back
over the new database. So every migration must suit the code of one release before it.
"""

from .previous import NoRelease, previous_release
from .trial import CONTRACTS, LEFT_OUT, Trial

__all__ = ["CONTRACTS", "LEFT_OUT", "NoRelease", "Trial", "previous_release"]
