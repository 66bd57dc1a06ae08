"""The refusals of token requests as responses, and the form in the OpenAPI document."""

from http import HTTPStatus
from typing import Any, Final

from fastapi.responses import JSONResponse
from pydantic import BaseModel

from .errors import TokenError, TokenRefused


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


def refuse(refusal: TokenRefused) -> JSONResponse:
    """Return the response to a refused token request."""
    body = {"error": refusal.error, "error_description": refusal.description}
    if refusal.error is TokenError.INVALID_CLIENT:
        challenge = {"WWW-Authenticate": 'Basic realm="autocrm", charset="UTF-8"'}
        return JSONResponse(body, HTTPStatus.UNAUTHORIZED, challenge)
    return JSONResponse(body, HTTPStatus.BAD_REQUEST)
