"""The two kinds of Lambda handler: one for HTTP requests, one for workers."""

from .handlers import LambdaContext, http_handler, worker_handler

__all__ = ["LambdaContext", "http_handler", "worker_handler"]
