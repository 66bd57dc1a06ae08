"""Models are built when they are first used, not when they are imported.

FastAPI alone brings dozens that describe OpenAPI, which no function serves. Said here,
because the import of every function begins here, before any library's.
"""

from pydantic import BaseModel

BaseModel.model_config["defer_build"] = True
