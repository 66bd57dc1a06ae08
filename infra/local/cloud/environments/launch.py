"""The command, variables and log file of a function's process."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from infra.local.cloud.template import AwsAccount, Function

COMMAND: Final = (sys.executable, "-m", "awslambdaric")
_INHERITED = ("PATH", "LANG", "TMPDIR", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class Launch:
    """The settings that the gateway adds to a function of the template.

    Attributes:
        account: region, account and address of the AWS stand-in.
        logs: folder that receives one `<function>.log` each.
        init_timeout: seconds a function may take to import itself. Lambda gives
            ten; a laptop that starts several at once needs more.
        extra: variables for every function, for instance the Lambda endpoint.
    """

    account: AwsAccount
    logs: Path
    init_timeout: float = 30.0
    extra: Mapping[str, str] = field(default_factory=dict)

    def log_of(self, function: Function) -> Path:
        """Return the log file of a function."""
        return self.logs / f"{function.name}.log"

    def variables(self, function: Function, runtime_api: str) -> dict[str, str]:
        """Return the whole environment of a function's process.

        The template's variables come last, as on Lambda; nothing else of the
        developer's shell reaches the function.

        Args:
            function: whose environment.
            runtime_api: `host:port` of its own Runtime API.
        """
        inherited = {key: os.environ[key] for key in _INHERITED if key in os.environ}
        level = function.logging.get("ApplicationLogLevel", "INFO")
        logging = {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": level}
        return {
            **inherited,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_DEFAULT_REGION": self.account.region,
            "AWS_ENDPOINT_URL": self.account.endpoint,
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "AWS_LAMBDA_RUNTIME_API": runtime_api,
            "AWS_REGION": self.account.region,
            "AWS_SECRET_ACCESS_KEY": "local",  # moto asks for one and checks none
            "LAMBDA_TASK_ROOT": str(function.code),
            "PYTHONPATH": str(function.code),
            "TZ": ":UTC",
            "_HANDLER": function.handler,
            **(logging if function.logging.get("LogFormat") == "JSON" else {}),
            **self.extra,
            **function.environment,
        }
