"""Nothing is made before somebody asks for it, and nothing is looked at as rubbish.

FastAPI alone brings dozens of models that describe OpenAPI, which no function serves,
and a request takes one route of ten: they are built when they are first used. And what
is imported is no garbage: looking for some takes 20 ms of a cold start, so that the
collector waits until `shared.core.handlers` lets it go on. Here, because the import of
every function begins here, before any library's.
"""

import gc
import os
import warnings

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    gc.disable()

from pydantic import BaseModel
from pydantic.warnings import UnsupportedFieldAttributeWarning

BaseModel.model_config["defer_build"] = True
# About aliases that FastAPI adds; where it builds at once, it hushes this itself.
warnings.simplefilter("ignore", UnsupportedFieldAttributeWarning)
