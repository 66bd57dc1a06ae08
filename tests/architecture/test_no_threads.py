"""A plain function in a route's way costs a new thread, 1.4 ms, at every request."""

import inspect
from importlib import import_module

import pytest
from fastapi import APIRouter
from fastapi.routing import iter_route_contexts

from tests.build.artifacts import ROOT


def routes():
    for app in sorted(ROOT.glob("functions/*/app.py")):
        module = import_module(f"functions.{app.parent.name}.app")
        router = getattr(module, "router", None)
        if isinstance(router, APIRouter):
            yield from iter_route_contexts(router.routes)  # of included routers too


def calls(dependant):
    yield dependant.call
    for inner in dependant.dependencies:
        yield from calls(inner)


def test_routes_of_included_routers_are_checked():
    assert "replay_delivery" in {route.name for route in routes()}


@pytest.mark.parametrize("route", list(routes()), ids=lambda route: route.name)
def test_a_route_and_what_it_depends_on_are_coroutines(route):
    plain = [call for call in calls(route.dependant) if not isinstance(call, type)]

    assert plain
    assert [call for call in plain if not inspect.iscoroutinefunction(call)] == []
