"""POST /v1/token: a program gets an access token (RFC 6749, 4.4)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from shared.core.http import TrustedAccounts, TrustedDatabase, create_handler

from .document import REQUEST_BODY, RESPONSES, refuse
from .errors import TokenRefused
from .use_case import Token, TokenIssuer

router = APIRouter(tags=["machine users"])


async def get_issuer(
    database: TrustedDatabase, accounts: TrustedAccounts
) -> TokenIssuer:
    """Return what issues tokens, with the secret key."""
    return TokenIssuer(database, accounts)


@router.post(
    "/v1/token", response_model=Token, responses=RESPONSES, openapi_extra=REQUEST_BODY
)
async def issue_token(
    request: Request, issuer: Annotated[TokenIssuer, Depends(get_issuer)]
) -> Token | JSONResponse:
    """Return an access token for a client id and a secret; keep it until it expires.

    OAuth 2.0 client credentials, as every OAuth library sends them: by HTTP Basic or in
    the form. Errors are those of RFC 6749, section 5.2.
    """
    try:
        return issuer.issue(request.headers, await request.body())
    except TokenRefused as refusal:
        return refuse(refusal)


handler = create_handler(router, forms=True)
