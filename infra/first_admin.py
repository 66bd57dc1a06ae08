"""Make the first administrator of a new deployment: `make admin EMAIL=...`.

Needs `SUPABASE_URL` and `SUPABASE_SECRET_KEY`, and that the person has signed up. Works
once: from then on only administrators make administrators.
"""

import sys

from shared.core.errors import AppError
from shared.core.persistence import open_database
from shared.core.settings import MissingSetting, WorkerSettings


def main() -> int:
    """Make the person with that email an administrator; return the exit code."""
    if len(sys.argv) != 2 or "@" not in sys.argv[1]:  # noqa: PLR2004
        print("Usage: make admin EMAIL=somebody@example.com", file=sys.stderr)
        return 2
    try:
        settings = WorkerSettings.read()
        key = settings.secret_key.get_secret_value()
        database = open_database(str(settings.url), key)
        database.call("make_first_admin", {"email": sys.argv[1]})
    except MissingSetting as error:
        print(error, file=sys.stderr)
        return 1
    except AppError as error:
        print(error.detail or error.title, file=sys.stderr)
        return 1
    print(f"{sys.argv[1]} is an administrator, from the next request on.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
