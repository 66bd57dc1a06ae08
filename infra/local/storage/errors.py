"""Refusals in the words of Supabase Storage, of which HTTP says 400 nearly always."""

import logging
from collections.abc import Awaitable, Callable

import psycopg
from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
OUTRIGHT = {416, 500}  # what HTTP says too
BAD_REQUEST = 400

log = logging.getLogger("storage")


class StorageError(Exception):
    """Storage refuses a request; clients decide on `error` and the status as text."""

    def __init__(self, status: int, error: str, message: str, code: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {
            "statusCode": str(status),
            "error": error,
            "message": message,
            "code": code,
        }


def no_object() -> StorageError:
    """Return what answers for an object that is not there, or not to be seen."""
    return StorageError(404, "not_found", "Object not found", "NoSuchKey")


def too_large() -> StorageError:
    """Return what answers for an object beyond the limit."""
    message = "The object exceeded the maximum allowed size"
    return StorageError(413, "Payload too large", message, "EntityTooLarge")


def _of_database(error: psycopg.Error) -> StorageError:
    """Return what answers for an error of the database."""
    match error:
        case psycopg.errors.InsufficientPrivilege():
            message = "new row violates row-level security policy"
            return StorageError(403, "Unauthorized", message, "AccessDenied")
        case psycopg.errors.UniqueViolation():
            message = "The resource already exists"
            return StorageError(409, "Duplicate", message, "KeyAlreadyExists")
        case psycopg.errors.ForeignKeyViolation():
            message = "The related resource does not exist"
            return StorageError(404, "InvalidRequest", message, "InvalidRequest")
        case psycopg.DataError():
            return StorageError(
                400, "InvalidRequest", "Invalid input", "InvalidRequest"
            )
    message = f"database error, code: {error.sqlstate}"
    return StorageError(500, "DatabaseError", message, "DatabaseError")


@web.middleware
async def error_responses(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever goes wrong into the response to this request, and no more."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except StorageError as error:
        refusal = error
    except psycopg.Error as error:
        refusal = _of_database(error)
    except (ConnectionError, ValueError) as error:
        refusal = StorageError(400, "InvalidRequest", str(error), "InvalidRequest")
    if refusal.status in OUTRIGHT:
        log.warning("%s %s: %s", request.method, request.path, refusal)
    status = refusal.status if refusal.status in OUTRIGHT else BAD_REQUEST
    return web.json_response(refusal.body, status=status)
