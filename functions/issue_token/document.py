"""What the OpenAPI document says of the form and of its refusals."""

from typing import Any, Final

from pydantic import BaseModel

from .errors import TokenError


class TokenProblem(BaseModel):
    """Why no token is issued (RFC 6749, 5.2)."""

    error: TokenError
    error_description: str


RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": TokenProblem},
    401: {"model": TokenProblem},
}
REQUEST_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {
                            "type": "string",
                            "enum": ["client_credentials"],
                        },
                        "client_id": {
                            "type": "string",
                            "description": "Left out when it stands in HTTP Basic.",
                        },
                        "client_secret": {"type": "string"},
                    },
                    "examples": [{"grant_type": "client_credentials"}],
                }
            }
        },
    }
}
