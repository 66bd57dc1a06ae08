"""Models are built when they are first used, not when they are imported.

FastAPI alone brings dozens that describe OpenAPI, which no function serves, and a
request takes one route of ten. Said here, because the import of every function begins
here, before any library's.
"""

import warnings

from pydantic import BaseModel
from pydantic.warnings import UnsupportedFieldAttributeWarning

BaseModel.model_config["defer_build"] = True
# About aliases that FastAPI adds; where it builds at once, it hushes this itself.
warnings.simplefilter("ignore", UnsupportedFieldAttributeWarning)
