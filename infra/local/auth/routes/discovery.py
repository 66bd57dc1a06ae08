"""What anyone may know: keys, endpoints, settings, health."""

from aiohttp import web

from infra.local.auth.desk import DESK
from infra.local.auth.problems import answer

routes = web.RouteTableDef()


@routes.get("/health")
async def health(request: web.Request) -> web.Response:
    """Say who answers."""
    about = "GoTrue is a user registration and authentication API"
    return answer({"version": "v2.196.0", "name": "GoTrue", "description": about})


@routes.get("/.well-known/jwks.json")
async def jwks(request: web.Request) -> web.Response:
    """Publish the public keys that verify access tokens."""
    keys = {"keys": request.app[DESK].tokens.public_keys()}
    return answer(keys, headers={"Cache-Control": "public, max-age=600"})


@routes.get("/.well-known/openid-configuration")
async def openid_configuration(request: web.Request) -> web.Response:
    """Publish where the keys and endpoints are."""
    issuer = request.app[DESK].settings.issuer
    return answer(
        {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/.well-known/jwks.json",
            "authorization_endpoint": f"{issuer}/oauth/authorize",
            "token_endpoint": f"{issuer}/oauth/token",
            "userinfo_endpoint": f"{issuer}/oauth/userinfo",
            "id_token_signing_alg_values_supported": ["ES256"],
            "subject_types_supported": ["public"],
        }
    )


@routes.get("/settings")
async def settings(request: web.Request) -> web.Response:
    """Publish what a client may offer: e-mail with a password."""
    chosen = request.app[DESK].settings
    return answer(
        {
            "external": {"email": True, "phone": False, "anonymous_users": False},
            "disable_signup": chosen.signup_disabled,
            "mailer_autoconfirm": chosen.autoconfirm,
            "phone_autoconfirm": False,
            "sms_provider": "",
            "saml_enabled": False,
        }
    )
