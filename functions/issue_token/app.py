"""POST /v1/token: a program gets an access token (RFC 6749, 4.4)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from shared.core.http import create_handler

from .document import REQUEST_BODY, RESPONSES
from .errors import TokenRefused, refuse
from .token_request import read_client
from .use_case import Token, TokenIssuer

router = APIRouter(tags=["machine users"])


@router.post(
    "/v1/token", response_model=Token, responses=RESPONSES, openapi_extra=REQUEST_BODY
)
async def issue_token(
    request: Request, issuer: Annotated[TokenIssuer, Depends()]
) -> Token | JSONResponse:
    """Return an access token for a client id and a secret; keep it until it expires.

    OAuth 2.0 client credentials, as every OAuth library sends them: by HTTP Basic or in
    the form. Errors are those of RFC 6749, section 5.2.
    """
    try:
        return issuer.issue(read_client(request.headers, await request.body()))
    except TokenRefused as refusal:
        return refuse(refusal)


handler = create_handler(router, forms=True)
